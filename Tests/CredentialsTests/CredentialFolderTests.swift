import Foundation
import Testing

@testable import Credentials

final class CredentialFolderTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("cert-\(UUID().uuidString)").path
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func ends() throws -> [CredentialFolder.End] {
        [
            try .init(name: "sender", names: []),
            try .init(
                name: "listener", names: ["Listener.Example.org", "192.0.2.7", "2001:DB8::7"].map { try .init($0) }),
        ]
    }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    private func refusal(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? CredentialError)?.description }
        return nil
    }

    @Test func aRootAndBothEndsAreMadeWithKeysThatOnlyTheOwnerReads() throws {
        let result = try CredentialFolder(path).make(ends: ends(), now: now)
        let names = ["ca.key", "ca.pem", "listener.key", "listener.pem", "sender.key", "sender.pem"]
        #expect(try files() == names)
        #expect(result.written.sorted() == names.map { "\(path)/\($0)" } && result.kept.isEmpty)
        for name in names {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int
            #expect(mode == (name.hasSuffix(".key") ? 0o600 : 0o644))
        }
        let listener = try CertificateSummary(contentsOf: "\(path)/listener.pem")
        #expect(listener.names == ["listener.example.org", "192.0.2.7", "2001:db8::7"])
        #expect(listener.subject.contains("listener"))
        #expect(listener.daysLeft(at: now) == 825 && listener.notBefore == now - 3600)
        let root = try CertificateSummary(contentsOf: "\(path)/ca.pem")
        #expect(root.issuer == root.subject && listener.issuer == root.subject)
        #expect(root.daysLeft(at: now) == 3650)
        #expect(try CertificateSummary(contentsOf: "\(path)/sender.pem").names == ["sender"])
    }

    @Test func nothingIsOverwrittenAndTheRootSignsMore() throws {
        _ = try CredentialFolder(path).make(ends: ends(), now: now)
        let before = try files().map { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")) }
        let again = try CredentialFolder(path).make(
            ends: ends() + [.init(name: "sender2", names: [])], now: now + 86_400)
        #expect(again.written == ["\(path)/sender2.key", "\(path)/sender2.pem"])
        #expect(again.kept.count == 6)
        let after = try files().filter { !$0.hasPrefix("sender2") }
            .map { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")) }
        #expect(before == after)
        #expect(
            try CertificateSummary(contentsOf: "\(path)/sender2.pem").issuer
                == CertificateSummary(contentsOf: "\(path)/ca.pem").subject)
    }

    @Test func halfAPairIsRefused() throws {
        _ = try CredentialFolder(path).make(ends: ends(), now: now)
        try FileManager.default.removeItem(atPath: "\(path)/ca.key")
        #expect(
            refusal { _ = try CredentialFolder(path).make(ends: ends(), now: now) }
                == "\(path)/ca.key: is missing, while \(path)/ca.pem is there; bring it back, or remove the other")
    }

    @Test func aForeignKeyAndAnExpiredRootAreRefusedAndNothingIsLeftBehind() throws {
        _ = try CredentialFolder(path).make(ends: [], now: now)
        #expect(
            refusal { _ = try CredentialFolder(path).make(ends: ends(), now: now + 3660 * 86_400) }
                == "\(path)/ca.pem: expired 10 days ago; start with a new folder")
        let other = try CertificateAuthority.make(now: now).1.key
        try other.write(toFile: "\(path)/ca.key", atomically: true, encoding: .utf8)
        #expect(
            refusal { _ = try CredentialFolder(path).make(ends: ends(), now: now) }
                == "\(path)/ca.key: is not the key of \(path)/ca.pem")
        try "x".write(toFile: "\(path)/ca.key", atomically: true, encoding: .utf8)
        #expect(
            refusal { _ = try CredentialFolder(path).make(ends: ends(), now: now) }
                == "\(path)/ca.key: holds no private key in PEM")
        #expect(try files() == ["ca.key", "ca.pem"])
    }

    @Test func aCertificateNeverOutlivesItsRoot() throws {
        _ = try CredentialFolder(path).make(ends: [], now: now)
        let late = now + 3600 * 86_400
        _ = try CredentialFolder(path).make(ends: ends(), now: late)
        #expect(try CertificateSummary(contentsOf: "\(path)/sender.pem").expiry(at: late) == "expires in 50 days")
    }

    @Test(arguments: ["", "a b", "-/", "a..b", "1.2.3", "1.2.3.256", "münchen.de", "*.example.org", "a:80"])
    func whatIsNoNameIsRefused(text: String) {
        #expect(refusal { _ = try CertificateName(text) }?.hasPrefix("'\(text)' is no host name") == true)
    }

    @Test(arguments: [
        (-7_200, "is not valid yet: is the clock right?"), (0, "expires in 825 days"),
        (71_193_600, "expires in 1 day"), (71_193_601, "expires within a day"),
        (71_280_001, "expired 1 day ago"), (71_539_200, "expired 3 days ago"),
    ])
    func expiryIsSaidInDays(seconds: Int, text: String) throws {
        _ = try CredentialFolder(path).make(ends: ends(), now: now)
        #expect(try CertificateSummary(contentsOf: "\(path)/sender.pem").expiry(at: now + Double(seconds)) == text)
    }

    @Test func aFileWithoutCertificateIsNamed() throws {
        #expect(
            refusal { _ = try CertificateSummary(contentsOf: "/none.pem") } == "/none.pem: can't be read")
        #expect(
            refusal { _ = try CertificateSummary(derBytes: [1, 2]) }?.hasPrefix("the bytes are no certificate") == true)
    }
}
