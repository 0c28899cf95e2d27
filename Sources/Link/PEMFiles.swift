import Exchange
import NIOCore
package import NIOSSL

/// Why a file of certificates or a key can't be used: names the file, and what to do.
package struct PEMFailure: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String

    init(_ file: String, _ reason: String) { description = "\(file): \(reason)" }
}

/// Files of certificates and keys, read with errors that name the file: the library's own name neither file nor cure.
package enum PEMFiles {
    /// The certificates of a file, in its order; at least one.
    package static func certificates(_ file: String) throws(PEMFailure) -> [NIOSSLCertificate] {
        do { return try NIOSSLCertificate.fromPEMFile(file) } catch {
            throw failure(file, error) {
                "has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----, or a damaged one"
            }
        }
    }

    /// The private key of a file.
    package static func key(_ file: String) throws(PEMFailure) -> NIOSSLPrivateKey {
        do { return try NIOSSLPrivateKey(file: file, format: .pem) } catch {
            throw failure(file, error) {
                "has no private key in PEM that can be read; it begins with -----BEGIN PRIVATE KEY----- or alike, "
                    + "and must have no passphrase (openssl pkey -in OLD -out NEW takes one away)"
            }
        }
    }

    /// TLS for an end with a certificate of its own, where the key must belong to the certificate.
    ///
    /// - Parameters:
    ///   - configuration: All but the certificate and key.
    ///   - certificate: The file of the certificate, and what follows it up to a root.
    ///   - key: The file of its private key.
    /// - Returns: The context, ready for connections.
    /// - Throws: Which file can't be used, and why.
    package static func context(
        _ configuration: TLSConfiguration, certificate: String, key: String
    ) throws(PEMFailure) -> NIOSSLContext {
        var configuration = configuration
        configuration.certificateChain = try certificates(certificate).map { .certificate($0) }
        configuration.privateKey = .privateKey(try Self.key(key))
        do { return try NIOSSLContext(configuration: configuration) } catch {
            // Both could be read: together they were refused.
            guard case NIOSSLError.failedToLoadPrivateKey = error else {
                throw PEMFailure(certificate, TLSWords.words(for: error))
            }
            throw PEMFailure(key, "is not the key of the first certificate in \(certificate)")
        }
    }

    private static func failure(_ file: String, _ error: any Error, _ words: () -> String) -> PEMFailure {
        PEMFailure(file, (error as? IOError).map { "can't be read: \($0.words)" } ?? words())
    }
}
