import Foundation

/// Tells the service manager that started the process how it is: the protocol of sd_notify(3).
///
/// Without `NOTIFY_SOCKET` in the environment, nobody listens, and nothing happens.
package struct ServiceManager: Sendable {
    private let socketPath: String?

    /// Reads where the manager listens.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The process has started, or has taken over from the one before it.
    package func ready(status: String) { send("READY=1\nMAINPID=\(getpid())\nSTATUS=\(status)") }

    /// The process reads its configuration anew; ``ready(status:)`` follows.
    package func reloading() {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)")
    }

    /// The process finishes what is under way.
    package func stopping() { send("STOPPING=1") }

    private func send(_ message: String) {
        guard let socketPath else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = [UInt8](socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        if path.first == UInt8(ascii: "@") { path[0] = 0 }  // an abstract socket
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        // An abstract name ends where its length says, not at a zero.
        let byteCount = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = [UInt8](message.utf8)
        unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, byteCount)
            }
        }
    }
}
