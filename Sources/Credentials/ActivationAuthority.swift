import Crypto
import Foundation
import SwiftASN1
import X509

/// The authority of a folder, as far as it gives certificates for tokens.
package struct ActivationAuthority: Sendable {
    /// What the port for activation shows: a certificate made for it alone, then the authority's; both in PEM.
    package let chain: String
    /// The key of the first, in PEM; it is in memory only.
    package let key: String
    private let authority: CertificateAuthority
    private let tokens: TokenFile

    /// The name in that certificate.
    ///
    /// No end can have it, so none can stand in for the authority and collect tokens.
    static let name = "activation.railgun.invalid"

    init(_ authority: CertificateAuthority, tokens: TokenFile, now: Date) throws {
        let own = try authority.issue(subject: Self.name, names: [CertificateName(Self.name)], now: now)
        chain = try own.certificate + authority.pem
        (key, self.authority, self.tokens) = (own.key, authority, tokens)
    }

    /// Why no certificate was given.
    package enum Refusal: Error, Hashable {
        /// The token is unknown, has expired, or was used before: who asks isn't told which.
        case token
        /// The request for a certificate isn't right; the token was not used up.
        case request(String)
        /// This end can't give one now; for its log.
        case here(String)
    }

    /// Uses a token up for a certificate.
    ///
    /// - Parameters:
    ///   - token: Its names are those of the certificate, whatever the request says.
    ///   - request: A PKCS #10 request in PEM, of which the key counts.
    ///   - now: The time.
    /// - Returns: The certificate, then the authority's, in PEM; and whose it is.
    /// - Throws: Why there is none.
    package func certificate(
        for token: ActivationToken, request: String, now: Date = Date()
    ) throws(Refusal) -> (chain: String, name: String) {
        let key: Certificate.PublicKey
        do { key = try CertificateRequest.publicKey(of: request) } catch { throw .request(error.description) }
        do {
            guard let texts = try tokens.redeem(token, now: now) else { throw Refusal.token }
            let names = try texts.map { try CertificateName($0) }
            let certificate = try authority.issue(key, subject: texts[0], names: names, now: now)
            return (try certificate + authority.pem, texts[0])
        } catch { throw error as? Refusal ?? .here("\(error)") }
    }
}

extension ActivationToken {
    /// Whether a chain that a server shows is the one of the token's authority.
    ///
    /// - Parameters:
    ///   - chain: Certificates in DER, the server's first.
    ///   - now: The time.
    /// - Throws: ``CredentialError``: what isn't right.
    package func check(chain: [[UInt8]], now: Date = Date()) throws(CredentialError) {
        guard let root = chain.first(where: { Array(SHA256.hash(data: $0)) == authority }) else {
            throw CredentialError(
                "it doesn't show the authority of the token: is it the rg-sender that made the token?")
        }
        guard let root = try? Certificate(derEncoded: root), let first = chain.first,
            let leaf = try? Certificate(derEncoded: first)
        else { throw CredentialError("its certificate can't be read") }
        guard leaf.issuer == root.subject, root.publicKey.isValidSignature(leaf.signature, for: leaf) else {
            throw CredentialError("its certificate isn't signed by the authority of the token")
        }
        for certificate in [CertificateSummary(root), CertificateSummary(leaf)] {
            guard (certificate.notBefore...certificate.notAfter).contains(now) else {
                throw CredentialError("the certificate \(certificate.subject) \(certificate.expiry(at: now))")
            }
        }
        guard CertificateSummary(leaf).names == [ActivationAuthority.name] else {
            throw CredentialError("its certificate is that of an end of the link, not that of activation.listen")
        }
    }

    /// Whether a file of certificates holds the token's authority.
    package func isOfAuthority(inPEM text: String) -> Bool {
        guard let certificates = try? PEMDocument.parseMultiple(pemString: text) else { return false }
        return certificates.contains { Array(SHA256.hash(data: $0.derBytes)) == authority }
    }
}
