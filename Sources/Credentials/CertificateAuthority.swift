import Crypto
import Foundation
import X509

/// A private root of trust: whoever shows a certificate that it signed belongs to the same link.
///
/// Keys are ECDSA P-256, which every TLS library knows and which is the quickest in a handshake.
package struct CertificateAuthority: Sendable {
    /// How long the root is valid: ten years, for nobody wants to visit every machine for it.
    static let lifetime: TimeInterval = 3650 * 86_400
    /// How long a certificate of an end is valid: 825 days, the most that all clients accept.
    static let endLifetime: TimeInterval = 825 * 86_400
    /// Certificates begin an hour before they are made: clocks differ.
    static let clockDifference: TimeInterval = 3600

    let certificate: Certificate
    let key: Certificate.PrivateKey

    /// A certificate with its private key, both in PEM.
    struct Issued {
        let certificate: String
        let key: String
    }

    /// Makes a new root.
    ///
    /// - Returns: The root, and what to keep of it.
    static func make(now: Date) throws -> (CertificateAuthority, Issued) {
        let secret = P256.Signing.PrivateKey()
        let key = Certificate.PrivateKey(secret)
        let name = try DistinguishedName {
            OrganizationName("Railgun")
            // A name of its own for each root, so that a wrong ca.pem shows up as "unknown issuer", not "bad signature".
            CommonName("Railgun root \(UInt32.random(in: .min ... .max).hexadecimal)")
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: now - clockDifference, notValidAfter: now + lifetime,
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: .init {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            }, issuerPrivateKey: key)
        return (
            CertificateAuthority(certificate: certificate, key: key),
            Issued(certificate: try certificate.pem, key: secret.pemRepresentation + "\n")
        )
    }

    /// Makes a certificate that an end of the link shows both as server and as client.
    ///
    /// `subject` is the name for people; `names` are those under which the other end connects.
    func issue(subject: String, names: [CertificateName], now: Date) throws -> Issued {
        let secret = P256.Signing.PrivateKey()
        let certificate = try issue(
            Certificate.PrivateKey(secret).publicKey, subject: subject, names: names, now: now)
        return Issued(certificate: certificate, key: secret.pemRepresentation + "\n")
    }

    /// The same for a key that is elsewhere; in PEM.
    func issue(
        _ key: Certificate.PublicKey, subject: String, names: [CertificateName], now: Date
    ) throws -> String {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key,
            notValidBefore: now - Self.clockDifference,
            notValidAfter: min(now + Self.endLifetime, self.certificate.notValidAfter),
            issuer: self.certificate.subject,
            subject: try DistinguishedName {
                OrganizationName("Railgun")
                CommonName(subject)
            },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: .init {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names.map(\.generalName))
                SubjectKeyIdentifier(hash: key)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier)
            }, issuerPrivateKey: self.key
        ).pem
    }
}

extension CertificateAuthority {
    /// Its certificate, in PEM.
    var pem: String { get throws { try certificate.pem } }

    /// The SHA-256 of its certificate.
    var fingerprint: [UInt8] { get throws { Array(SHA256.hash(data: try certificate.serializeAsPEM().derBytes)) } }
}

extension Certificate {
    fileprivate var pem: String { get throws { try serializeAsPEM().pemString + "\n" } }
}

extension UInt32 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
