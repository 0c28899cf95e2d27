import Crypto
import Foundation
import SwiftASN1
import X509

/// What a person wants to know of a certificate: whose it is, for which names, until when.
package struct CertificateSummary: Hashable, Sendable {
    /// The subject, as a distinguished name: "O=Railgun, CN=listener".
    package let subject: String
    /// Who signed it, in the same form.
    package let issuer: String
    /// The host names and addresses that it is good for.
    package let names: [String]
    /// The name for people in ``subject``; `nil` where there is none.
    package let commonName: String?
    /// The number that its authority gave it, in hexadecimal digits as `openssl x509 -serial` prints them: "0A1B2C".
    package let serial: String
    /// Its key, as curl's `--pinnedpubkey` names one: "sha256//" there, "sha256/" and 44 characters of base64 here.
    package let pin: String
    /// From when on it is valid.
    package let notBefore: Date
    /// Until when it is valid.
    package let notAfter: Date

    /// Reads the first certificate of a PEM file.
    ///
    /// - Throws: ``CredentialError`` when there is no file or no certificate in it.
    package init(contentsOf path: String) throws(CredentialError) {
        self.init(try CredentialFolder.certificate(at: path))
    }

    /// Reads a certificate as it crossed the wire, in DER.
    ///
    /// - Throws: ``CredentialError`` when it is none.
    package init(derBytes: [UInt8]) throws(CredentialError) {
        do { self.init(try Certificate(derEncoded: derBytes)) } catch {
            throw CredentialError("the bytes are no certificate: \(error)")
        }
    }

    init(_ certificate: Certificate) {
        subject = certificate.subject.description
        issuer = certificate.issuer.description
        commonName = certificate.subject.lazy.flatMap { $0 }.first { $0.type == .RDNAttributeType.commonName }
            .flatMap { String($0.value) }
        let alternatives = (try? certificate.extensions.subjectAlternativeNames) ?? SubjectAlternativeNames()
        names = alternatives.compactMap { CertificateName($0)?.description }
        serial = CertificateSerial(bytes: certificate.serialNumber.bytes).description
        pin = KeyPin(certificate.publicKey).description
        (notBefore, notAfter) = (certificate.notValidBefore, certificate.notValidAfter)
    }

    /// Under which the certificate's owner is known: the names that it is good for, then the name for people; in lower case.
    package var allNames: [String] { (names + [commonName].compactMap(\.self)).map { $0.lowercased() } }

    /// Whether it is good for a host name or an address that somebody connects to.
    ///
    /// Names are compared as they are: a `*` stands for nothing but itself.
    package func isGood(for host: String) -> Bool {
        let wanted = (try? CertificateName(host))?.description ?? host.lowercased()
        return names.contains { $0.lowercased() == wanted }
    }

    /// Whole days until it expires, rounded down; negative once it has.
    package func daysLeft(at now: Date) -> Int { Int((notAfter.timeIntervalSince(now) / 86_400).rounded(.down)) }

    /// For messages: "expires in 12 days", "expired 3 days ago", "is not valid yet".
    package func expiry(at now: Date) -> String {
        if now < notBefore { return "is not valid yet: is the clock right?" }
        func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count) days" }
        let left = daysLeft(at: now)
        switch left {
        case 0: return "expires within a day"
        case 1...: return "expires in \(days(left))"
        default: return "expired \(days(-left)) ago"
        }
    }
}
