package import NIOCore

extension SocketAddress {
    /// The address as people write it: `127.0.0.1:2408`, `[::1]:2408`.
    package var hostAndPort: String {
        guard let host = ipAddress, let port else { return description }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
