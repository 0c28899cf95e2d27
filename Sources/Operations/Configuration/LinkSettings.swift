/// What both ends of the link need: `wan.tls`, `cert.file`, `key.file` and the roots for the other end's certificate.
package struct LinkSettings: Equatable, Sendable {
    /// What the link's TLS reads; all in PEM.
    package struct Files: Equatable, Sendable {
        /// `cert.file`: the certificate of this end, and what follows it up to a root.
        package var certificate: String
        /// `key.file`: its private key.
        package var key: String
        /// The roots that sign the other end's certificate: `wan.ca.bundle` of a listener, `ca.bundle` of a sender.
        package var roots: String
    }

    /// `nil` with `wan.tls = 0`: the link is plain TCP.
    package var files: Files?

    /// Takes the keys.
    ///
    /// - Parameters:
    ///   - settings: The file.
    ///   - rootsKey: The key that names the roots.
    ///   - isLoopback: Whether the link can't be reached from other machines; only then may it be plain.
    init(_ settings: inout Settings, rootsKey: String, isLoopback: Bool) {
        let isEncrypted = settings.take("wan.tls", default: true)
        let certificate = settings.takeReadableFile("cert.file")
        let key = settings.takeReadableFile("key.file")
        let roots = settings.takeReadableFile(rootsKey)
        if !isEncrypted {
            if !isLoopback { settings.refuse("wan.tls", "only a link on 127.0.0.1 or ::1 may go without TLS") }
            return
        }
        // System roots would let everybody in who owns a domain: there is no default.
        let how = "is missing; 'rg-sender cert' makes it"
        if certificate == nil { settings.refuse("cert.file", "the certificate of this end \(how)") }
        if key == nil { settings.refuse("key.file", "the private key of this end \(how)") }
        if roots == nil { settings.refuse(rootsKey, "the root of the other end's certificate \(how)") }
        if let certificate, let key, let roots { files = Files(certificate: certificate, key: key, roots: roots) }
    }
}

extension HostAndPort {
    /// Whether only this machine can reach the address.
    var isLoopback: Bool { host == "localhost" || host == "::1" || (isAddress && host.hasPrefix("127.")) }
}
