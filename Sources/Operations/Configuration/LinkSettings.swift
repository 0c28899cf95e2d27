import Credentials

/// What both ends of the link need: `wan.tls`, `cert.file`, `key.file` and the roots for the other end's certificate.
package struct LinkSettings: Equatable, Sendable {
    /// What the link's TLS reads; all in PEM.
    package struct Files: Equatable, Sendable {
        /// `cert.file`: the certificate of this end, and what follows it up to a root.
        package var certificate: String
        /// `key.file`: its private key.
        package var key: String
        /// The roots that sign the other end's certificate: `wan.ca.bundle` of a listener, `ca.bundle` of a sender.
        ///
        /// `nil` where only ``Peers/keys`` count.
        package var roots: String?
    }

    /// Who may be at the other end.
    package struct Peers: Equatable, Sendable {
        /// `verify.name`: whether its certificate must be good for the host that this end connects to.
        package var verifiesName: Bool
        /// `peer.keys`: the only keys that may be there, as `sha256/…`; empty for any.
        package var keys: Set<String>
        /// `peer.refused.file`: serials and keys that are refused.
        package var refusedFile: String?
        /// `wan.peers`, of a listener: names of those who may connect to it; empty for anybody.
        package var names: Set<String> = []

        fileprivate init(_ settings: inout Settings) {
            verifiesName = settings.take("verify.name", default: true)
            keys = Set(
                settings.take("peer.keys", expected: "sha256/PIN …, as 'rg-diag certificate FILE' shows them") {
                    $0.words { KeyPin($0)?.description }
                } ?? [])
            refusedFile = settings.takeReadableFile("peer.refused.file")
        }
    }

    /// `nil` with `wan.tls = 0`: the link is plain TCP.
    package var files: Files?
    /// Who may be at the other end; without TLS nobody asks.
    package var peers: Peers

    /// Takes the keys.
    ///
    /// - Parameters:
    ///   - settings: The file.
    ///   - rootsKey: The key that names the roots.
    ///   - isLoopback: Whether the link can't be reached from other machines; only then may it be plain.
    ///   - mayBeMissing: Whether the files need not be there yet.
    init(_ settings: inout Settings, rootsKey: String, isLoopback: Bool, mayBeMissing: Bool = false) {
        let isEncrypted = settings.take("wan.tls", default: true)
        func take(_ key: String) -> String? {
            mayBeMissing ? settings.takePath(key) : settings.takeReadableFile(key)
        }
        let (certificate, key, roots) = (take("cert.file"), take("key.file"), take(rootsKey))
        peers = Peers(&settings)
        if !isEncrypted {
            if !isLoopback { settings.refuse("wan.tls", "only a link on 127.0.0.1 or ::1 may go without TLS") }
            return
        }
        // System roots would let everybody in who owns a domain: there is no default.
        let how = "is missing; 'rg-sender cert' makes it"
        if certificate == nil { settings.refuse("cert.file", "the certificate of this end \(how)") }
        if key == nil { settings.refuse("key.file", "the private key of this end \(how)") }
        let isProved = roots != nil || !peers.keys.isEmpty
        if !isProved { settings.refuse(rootsKey, "the root of the other end's certificate \(how)") }
        if let certificate, let key, isProved { files = Files(certificate: certificate, key: key, roots: roots) }
    }
}

extension HostAndPort {
    /// Whether only this machine can reach the address.
    var isLoopback: Bool { host == "localhost" || host == "::1" || (isAddress && host.hasPrefix("127.")) }
}
