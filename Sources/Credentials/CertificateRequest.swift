import Crypto
import Foundation
import X509

/// A key that was made here, and what an authority has to see of it to sign for it.
package struct CertificateRequest: Sendable {
    /// In PEM; for its owner only.
    package let key: String
    /// A PKCS #10 request, in PEM; anybody may read it.
    package let request: String

    /// Makes a key, ECDSA P-256.
    package init() throws(CredentialError) {
        do {
            let secret = P256.Signing.PrivateKey()
            let request = try CertificateSigningRequest(
                version: .v1, subject: try DistinguishedName { OrganizationName("Railgun") },
                privateKey: Certificate.PrivateKey(secret), attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
            key = secret.pemRepresentation + "\n"
            self.request = try request.serializeAsPEM().pemString + "\n"
        } catch { throw CredentialError("no key could be made: \(error)") }
    }

    /// The key of a request, whose owner has proved to have it.
    ///
    /// - Throws: ``CredentialError`` where that isn't so.
    static func publicKey(of pem: String) throws(CredentialError) -> Certificate.PublicKey {
        guard let request = try? CertificateSigningRequest(pemEncoded: pem) else {
            throw CredentialError("the request for a certificate can't be read")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw CredentialError("the request for a certificate isn't signed by its own key")
        }
        return request.publicKey
    }
}
