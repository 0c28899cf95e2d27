import Foundation
import NIOConcurrencyHelpers
import TestSupport

/// Why a socket gave nothing.
enum SocketFailure: Error { case timedOut, reset, notConnected(String) }

/// A blocking TCP connection on loopback, or the socket that accepts such: the bytes are the test's own choice.
final class TCPSocket: Sendable {
    let descriptor: Int32
    private let isClosed = NIOLockedValueBox(false)

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// Connects, within the system's own bound.
    init(connectingTo port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        descriptor = try Self.make()
        if let receiveBufferBytes { set(SOL_SOCKET, SO_RCVBUF, receiveBufferBytes) }
        let status = Self.withAddress(port) { Foundation.connect(descriptor, $0, $1) }
        guard status == 0 else { throw SocketFailure.notConnected("port \(port): \(String(cString: strerror(errno)))") }
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Accepts connections on a port that is free.
    static func listening() throws -> (socket: TCPSocket, port: UInt16) {
        for _ in 0..<20 {
            let port = try freePort()
            let socket = TCPSocket(descriptor: try make())
            socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
            let isBound = withAddress(port) { bind(socket.descriptor, $0, $1) } == 0
            if isBound && listen(socket.descriptor, 256) == 0 { return (socket, port) }
        }
        throw SocketFailure.notConnected("can't listen: \(String(cString: strerror(errno)))")
    }

    private static func make() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure.notConnected(String(cString: strerror(errno))) }
        return descriptor
    }

    private static func withAddress<R>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in(loopbackPort: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Waits for the next connection; nil once this socket is shut down.
    func accept() -> TCPSocket? {
        guard (try? wait(for: POLLIN, within: .seconds(3600))) != nil else { return nil }
        let accepted = starting.withLock {
            let accepted = Foundation.accept(descriptor, nil, nil)
            if accepted >= 0 { _ = fcntl(accepted, F_SETFD, FD_CLOEXEC) }
            return accepted
        }
        guard accepted >= 0 else { return nil }
        let connection = TCPSocket(descriptor: accepted)
        connection.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return connection
    }

    /// Sends all bytes; fails where the other side is gone, or takes nothing for ten seconds.
    func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                try wait(for: POLLOUT, within: .seconds(10))
                let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
                let count = Foundation.send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, flags)
                if count > 0 { sent += count } else if errno != EAGAIN { throw SocketFailure.reset }
            }
        }
    }

    /// The next bytes, at most `limit`; empty where the other side has finished.
    func receive(atMost limit: Int = 65_536, within time: Duration) throws -> [UInt8] {
        try wait(for: POLLIN, within: time)
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            status = recv(descriptor, buffer.baseAddress!, limit, 0)
            count = max(status, 0)
        }
        guard status >= 0 else { throw SocketFailure.reset }
        return bytes
    }

    private func wait(for events: Int32, within time: Duration) throws {
        guard !isClosed.withLockedValue({ $0 }) else { throw SocketFailure.reset }
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let milliseconds = Int32(max(0, time / .milliseconds(1)))
        guard poll(&request, 1, milliseconds) > 0 else { throw SocketFailure.timedOut }
    }

    /// Says that nothing more will be sent, and goes on receiving.
    func finish() { whileOpen { shutdown(descriptor, Int32(SHUT_WR)) } }

    /// Ends both directions, and so wakes the thread that waits here.
    func shutDown() { whileOpen { shutdown(descriptor, Int32(SHUT_RDWR)) } }

    /// Wakes the thread that waits here; when that closes the socket, the other side sees a reset.
    func breakOff() {
        whileOpen {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            shutdown(descriptor, Int32(SHUT_RD))  // this direction sends no FIN
        }
    }

    /// Closes with a reset.
    func reset() {
        breakOff()
        close()
    }

    /// Only for the thread that receives: closed under another one, the number would soon be another connection's.
    func close() {
        whileOpen {
            Foundation.close(descriptor)
            $0 = true
        }
    }

    private func whileOpen(_ body: (inout Bool) -> Void) {
        isClosed.withLockedValue { isClosed in
            if !isClosed { body(&isClosed) }
        }
    }

    private func whileOpen(_ body: () -> Void) { whileOpen { _ in body() } }
}
