package import Credentials
package import NIOCore
import NIOSSL
import NIOTLS

/// Stands between TLS and a lane: nothing of a peer gets past it before ``PeerRules`` let that peer in.
final class PeerGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The host that this end connected to; `nil` where the peer connected to this end.
    let dialedHost: String?
    private(set) var peer: CertificateSummary?
    private let rules: PeerRules
    private let admitted: () -> Void
    private var isAdmitted = false

    /// - Parameters:
    ///   - rules: Those of the moment when the connection began.
    ///   - dialedHost: Where this end connected to.
    ///   - admitted: Called once, when the peer is let in.
    init(_ rules: PeerRules, dialedHost: String?, admitted: @escaping () -> Void = {}) {
        (self.rules, self.dialedHost, self.admitted) = (rules, dialedHost, admitted)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        peer = context.channel.peerCertificate
        if let refusal = rules.refusal(of: peer, dialing: dialedHost) { return context.fireErrorCaught(refusal) }
        isAdmitted = true
        admitted()
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isAdmitted { context.fireChannelRead(data) }
    }
}

extension Channel {
    /// The certificate that the other end of a link showed; `nil` without TLS, and before it was checked.
    ///
    /// Only on the channel's event loop.
    package var peerCertificate: CertificateSummary? {
        let bytes = try? pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
        return bytes.flatMap { try? CertificateSummary(derBytes: $0) }
    }
}

extension Lane {
    /// Ends a lane whose peer rules that came later don't let in.
    ///
    /// - Returns: Whether it may stay.
    @discardableResult package func enforce(_ rules: PeerRules?) -> Bool {
        guard let rules, let gate, let refusal = rules.refusal(of: gate.peer, dialing: gate.dialedHost) else {
            return true
        }
        end(refusal)
        return false
    }

    /// Whether the other end opened the connection.
    package var wasAccepted: Bool { gate?.dialedHost == nil }

    private var gate: PeerGate? { try? channel?.pipeline.syncOperations.handler(type: PeerGate.self) }
}
