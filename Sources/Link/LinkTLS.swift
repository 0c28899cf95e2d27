import Foundation
package import NIOConcurrencyHelpers
package import NIOCore
package import NIOSSL

/// TLS as one end of a link speaks it, whether it opens the connection or accepts it, and who may be at the other end.
package final class LinkTLS: Sendable {
    package let context: NIOSSLContext
    package let peers: PeerRules

    init(_ context: NIOSSLContext, _ peers: PeerRules) { (self.context, self.peers) = (context, peers) }

    /// The handlers of a connection that this end opens to `host`, the lane's excluded.
    package func handlers(dialing host: String) throws -> [any ChannelHandler] {
        let tls =
            peers.hasAuthority
            ? try NIOSSLClientHandler(context: context, serverHostname: nil)
            : try NIOSSLClientHandler(
                context: context, serverHostname: nil, customVerificationCallback: Self.leaveToGate)
        return [tls, PeerGate(peers, dialedHost: host)]
    }

    /// The handlers of a connection that this end accepts; `admitted` is called when its peer is let in.
    func handlers(accepting admitted: @escaping () -> Void) -> [any ChannelHandler] {
        let tls =
            peers.hasAuthority
            ? NIOSSLServerHandler(context: context)
            : NIOSSLServerHandler(context: context, customVerificationCallback: Self.leaveToGate)
        return [tls, PeerGate(peers, dialedHost: nil, admitted: admitted)]
    }

    /// Without an authority there is no chain to check.
    ///
    /// TLS proves that the other end has the key of its certificate; the gate behind it knows the keys that may be there.
    private static func leaveToGate(_: [NIOSSLCertificate], _ promise: EventLoopPromise<NIOSSLVerificationResult>) {
        promise.succeed(.certificateVerified)
    }
}

/// The TLS that counts for connections to come; `nil` only for tests on loopback.
///
/// Exchanged when a certificate is renewed.
package typealias CurrentLinkTLS = NIOLockedValueBox<LinkTLS?>

/// Where one end of a link finds its certificate, its key, and the authority that signed the other end's.
package struct LinkCredentials: Sendable {
    package var certificateFile: String
    package var keyFile: String
    /// `nil` where only keys count: then ``peers`` has pins.
    package var authorityFile: String?
    /// Who may be at the other end.
    package var peers: PeerRules

    package init(certificateFile: String, keyFile: String, authorityFile: String?, peers: PeerRules = PeerRules()) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
        self.peers = peers
        self.peers.hasAuthority = authorityFile != nil
    }

    /// The name of the protocol in TLS: both ends must ask for it.
    package static let applicationProtocol = LaneMachine.applicationProtocol

    /// TLS 1.3, with certificates at both ends, for connections that this end opens and for those that it accepts.
    ///
    /// - Throws: What is wrong with a file.
    package func tls() throws(PEMFailure) -> LinkTLS { LinkTLS(try context(), peers) }

    /// Names are left to ``PeerRules``: whoever the authority signed passes here, under any name.
    func context() throws(PEMFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [], privateKey: .privateKey(try PEMFiles.key(keyFile)))
        configuration.trustRoots = .certificates([])
        if let authorityFile {
            _ = try PEMFiles.certificates(authorityFile)  // the library would not name the file
            configuration.trustRoots = .file(authorityFile)
        }
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
    ///   - previous: Is kept as far as all files still hold the same: then lanes needn't be opened anew.
    /// - Throws: What is wrong with a file.
    package init(_ credentials: LinkCredentials, keeping previous: MadeLinkTLS? = nil) throws(PEMFailure) {
        let files = [credentials.certificateFile, credentials.keyFile, credentials.authorityFile]
        contents = files.map { $0.flatMap { FileManager.default.contents(atPath: $0) } ?? Data() }
        guard let previous, previous.contents == contents else {
            tls = try credentials.tls()
            return
        }
        tls = previous.tls.peers == credentials.peers ? previous.tls : LinkTLS(previous.tls.context, credentials.peers)
    }
}
