import Foundation
import NIOConcurrencyHelpers

/// What was given out: tests that run at once get different ports.
private let taken = NIOLockedValueBox<Set<UInt16>>([])

/// A port of loopback that nobody listens on, for a server to take.
///
/// It lies below the ports that the system gives to clients: no connection of another test can take it meanwhile.
package func freePort() throws -> UInt16 {
    for _ in 0..<100 {
        let port = UInt16.random(in: 10_240..<32_768)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in(loopbackPort: port)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 && taken.withLockedValue({ $0.insert(port).inserted }) { return port }
    }
    throw CocoaError(.fileWriteUnknown, userInfo: [NSLocalizedDescriptionKey: "no free port of loopback in 100 tries"])
}

extension sockaddr_in {
    /// A port of this machine that only this machine can reach.
    package init(loopbackPort port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = inet_addr("127.0.0.1")
    }
}
