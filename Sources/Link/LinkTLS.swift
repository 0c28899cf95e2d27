import Foundation
package import NIOConcurrencyHelpers
package import NIOCore
package import NIOSSL

/// TLS as one end of a link speaks it, whether it opens the connection or accepts it.
package typealias LinkTLS = NIOSSLContext

/// The TLS that counts for connections to come; `nil` only for tests on loopback.
///
/// Exchanged when a certificate is renewed.
package typealias CurrentLinkTLS = NIOLockedValueBox<LinkTLS?>

extension Channel {
    /// The certificate that the other end of a link showed, in DER; `nil` without TLS, and before it was checked.
    ///
    /// Only on the channel's event loop.
    package var peerCertificate: [UInt8]? {
        try? pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
    }
}

/// Where one end of a link finds its certificate, its key, and the authority that signed the other end's.
package struct LinkCredentials: Sendable {
    package var certificateFile: String
    package var keyFile: String
    package var authorityFile: String

    package init(certificateFile: String, keyFile: String, authorityFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
    }

    /// The name of the protocol in TLS: both ends must ask for it.
    package static let applicationProtocol = LaneMachine.applicationProtocol

    /// TLS 1.3, with certificates at both ends, for connections that this end opens and for those that it accepts.
    ///
    /// The authority signs for this link only, so whoever it signed may be at the other end, under any name.
    ///
    /// - Throws: What is wrong with a file.
    package func context() throws(PEMFailure) -> NIOSSLContext {
        _ = try PEMFiles.certificates(authorityFile)  // the library would not name the file
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [], privateKey: .privateKey(try PEMFiles.key(keyFile)))
        configuration.trustRoots = .file(authorityFile)
        configuration.certificateVerification = .noHostnameVerification
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = [LaneMachine.applicationProtocol]
        return try PEMFiles.context(configuration, certificate: certificateFile, key: keyFile)
    }
}

/// TLS with what was in the files that it was made of.
package struct MadeLinkTLS: Sendable {
    package let tls: LinkTLS
    private let contents: [Data]

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - credentials: Where they are.
    ///   - previous: Is kept where all files still hold the same: then lanes needn't be opened anew.
    /// - Throws: What is wrong with a file.
    package init(_ credentials: LinkCredentials, keeping previous: MadeLinkTLS? = nil) throws(PEMFailure) {
        let files = [credentials.certificateFile, credentials.keyFile, credentials.authorityFile]
        contents = files.map { FileManager.default.contents(atPath: $0) ?? Data() }
        if let previous, previous.contents == contents {
            tls = previous.tls
        } else {
            tls = try credentials.context()
        }
    }
}
