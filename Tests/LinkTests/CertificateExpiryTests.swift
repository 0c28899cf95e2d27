import Credentials
import Foundation
import TestSupport
import Testing

@testable import Link

struct CertificateExpiryTests {
    private static let day = 86_400

    private func warning(daysLeft: Int, _ occasion: CertificateExpiry.Occasion) -> String? {
        CertificateExpiry(setting: "cert.file", file: "a.pem", expires: 1000 * Self.day + 60)
            .warning(now: (1000 - daysLeft) * Self.day, occasion)
    }

    @Test func onceADayItIsSaid30DaysAheadAndInTheLastSevenDays() {
        let days = (0...400).filter { warning(daysLeft: $0, .daily) != nil }
        #expect(days == Array(0...7) + [30])
        #expect(warning(daysLeft: -1, .daily)?.contains("has expired") == true)
    }

    @Test func whoStartsOrReloadsIsToldOfTheLast30Days() {
        let days = (0...400).filter { warning(daysLeft: $0, .reading) != nil }
        #expect(days == Array(0...30))
        #expect(
            warning(daysLeft: 1, .reading)
                == "cert.file = a.pem: a certificate expires in 1 day; renew it, then reload with SIGHUP")
    }

    @Test func ofSeveralCertificatesTheOneCountsThatEndsFirst() throws {
        let folder = TemporaryFolder()
        let made = CredentialFolder(folder.path("link"))
        _ = try made.make(ends: [.init(name: "sender", names: [])])
        let file = folder.path("link/sender.pem")
        let ends = try PEMFiles.certificates(file).map { Int($0.notValidAfter) }
        let expiry = try CertificateExpiry("cert.file", file)
        #expect(expiry.expires == ends.min() && expiry.warning(now: Int(Date().timeIntervalSince1970), .reading) == nil)
        #expect(throws: PEMFailure.self) { try CertificateExpiry("cert.file", "/none/a.pem") }
    }
}
