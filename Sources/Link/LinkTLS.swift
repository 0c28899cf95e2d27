package import NIOSSL

/// TLS as one end of a link speaks it.
package typealias LinkTLS = NIOSSLContext

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

    /// TLS 1.3, with certificates at both ends, as the other end's kind of peer.
    ///
    /// The authority signs for this link only, so whoever it signed may be at the other end, under any name.
    ///
    /// - Throws: What is wrong with a file.
    package func context(for role: LinkRole) throws(PEMFailure) -> NIOSSLContext {
        _ = try PEMFiles.certificates(authorityFile)  // the library would not name the file
        var configuration =
            role == .listener
            ? TLSConfiguration.makeServerConfiguration(
                certificateChain: [], privateKey: .privateKey(try PEMFiles.key(keyFile)))
            : TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authorityFile)
        configuration.certificateVerification = .noHostnameVerification
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = [LaneMachine.applicationProtocol]
        return try PEMFiles.context(configuration, certificate: certificateFile, key: keyFile)
    }
}
