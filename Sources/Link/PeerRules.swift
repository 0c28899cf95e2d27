package import Credentials

/// Who may be at the other end of a link, beyond what TLS checks by itself.
package struct PeerRules: Equatable, Sendable {
    /// Whether an authority of this end signed for what stands in the other end's certificate.
    ///
    /// Without one, only the key proves anything: whoever has it may write any name beside it.
    package var hasAuthority = true
    /// `verify.name`: whether a certificate must be good for the host that this end connects to.
    package var verifiesName = true
    /// `peer.keys`: the only keys that may be there; empty for any.
    package var pins: Set<String> = []
    /// `wan.peers`: names and pins of those who may connect to this end; empty for anybody.
    package var names: Set<String> = []
    /// `peer.refused.file`, read.
    package var refused = RefusedPeers()

    /// Anybody of the authority.
    package init() {}

    /// Under which the other end is known here: what its certificate proves.
    package func identities(of peer: CertificateSummary) -> [String] {
        (hasAuthority ? peer.allNames : []) + [peer.pin]
    }

    /// Judges a peer.
    ///
    /// - Parameters:
    ///   - peer: Its certificate; `nil` where it can't be read.
    ///   - host: The host that this end connected to; `nil` where the peer connected to this end.
    /// - Returns: Why it may not be there; `nil` where it may.
    func refusal(of peer: CertificateSummary?, dialing host: String?) -> LinkError? {
        guard let peer else { return LinkError(.foreignPeer, "the other end's certificate can't be read") }
        if refused.contains(peer) {
            return LinkError(
                .shutOut,
                "the certificate of \(Self.owner(peer)), serial \(peer.serial), key \(peer.pin), is refused by \(refused.file ?? "")"
            )
        }
        if !pins.isEmpty || !hasAuthority, !pins.contains(peer.pin) {
            return LinkError(.foreignPeer, "the key \(peer.pin) of \(Self.owner(peer)) is none of this end's peer.keys")
        }
        if let host {
            guard hasAuthority, verifiesName, !peer.isGood(for: host) else { return nil }
            let names = peer.names.isEmpty ? "no name" : peer.names.joined(separator: ", ")
            return LinkError(
                .foreignPeer,
                "the other end's certificate is for \(names), not for \(host): make one with 'rg-sender cert --name \(host)', or set verify.name = 0"
            )
        }
        guard names.isEmpty || identities(of: peer).contains(where: names.contains) else {
            return LinkError(.foreignPeer, "this end's wan.peers doesn't name the certificate of \(Self.owner(peer))")
        }
        return nil
    }

    private static func owner(_ peer: CertificateSummary) -> String { peer.allNames.first ?? "an unnamed end" }
}
