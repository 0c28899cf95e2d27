import Foundation
import NIOConcurrencyHelpers

/// A TCP relay between sender and listener: it counts the bytes of the link, cuts it and freezes it.
final class Relay: Sendable {
    /// Bytes carried, in TCP's payload: TLS included.
    struct Bytes: Sendable {
        var toListener = 0
        var toSender = 0
        var total: Int { toListener + toSender }
        static func - (a: Bytes, b: Bytes) -> Bytes {
            Bytes(toListener: a.toListener - b.toListener, toSender: a.toSender - b.toSender)
        }
    }

    let port: UInt16
    private let target: UInt16
    private let delay: Duration
    private let socket: TCPSocket
    private struct State {
        var bytes = Bytes()
        var open: [(number: Int, near: TCPSocket, far: TCPSocket)] = []
        var accepted = 0
        /// Connections with a lower number are silent.
        var firstAwake = 0
        var refuses = false
        /// How many bytes go on to the sender before all are silent; nil for all.
        var leftToSender: Int?
    }
    private let state = NIOLockedValueBox(State())

    /// Relays to a port; each way takes longer by `delay`.
    init(to target: UInt16, delay: Duration = .zero) throws {
        (self.target, self.delay) = (target, delay)
        (socket, port) = try TCPSocket.listening()
        Thread.detachNewThread { [socket, weak self] in
            while let connection = socket.accept() {
                guard let self else { return }
                guard !state.withLockedValue({ $0.refuses }), let onward = try? TCPSocket(connectingTo: self.target)
                else {
                    connection.reset()
                    continue
                }
                let number = state.withLockedValue {
                    $0.accepted += 1
                    $0.open.append(($0.accepted - 1, connection, onward))
                    return $0.accepted - 1
                }
                pump(number, from: connection, to: onward, \.toListener)
                pump(number, from: onward, to: connection, \.toSender)
            }
        }
    }

    deinit {
        socket.shutDown()
        cut()
    }

    private func pump(_ number: Int, from: TCPSocket, to: TCPSocket, _ counter: WritableKeyPath<Bytes, Int> & Sendable)
    {
        Thread.detachNewThread { [weak self] in
            while let bytes = try? from.receive(within: .seconds(3600)), !bytes.isEmpty {
                guard let self, number >= state.withLockedValue({ $0.firstAwake }) else { continue }
                if delay > .zero { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
                let count = state.withLockedValue { state in
                    let count = counter == \.toSender ? min(bytes.count, state.leftToSender ?? .max) : bytes.count
                    if counter == \.toSender { state.leftToSender? -= count }
                    state.bytes[keyPath: counter] += count
                    return count
                }
                guard (try? to.send(Array(bytes.prefix(count)))) != nil else { break }
            }
            // Not where the connection was cut: there the end is a reset.
            if self?.state.withLockedValue({ $0.open.contains { $0.number == number } }) == true { to.finish() }
        }
    }

    /// What was carried since the start.
    var bytes: Bytes { state.withLockedValue { $0.bytes } }

    /// What is carried while `body` runs, and until the link is quiet again.
    func bytes(during body: () throws -> Void) rethrows -> Bytes {
        let before = bytes
        try body()
        var last = bytes
        repeat {
            last = bytes
            Thread.sleep(forTimeInterval: 0.05)
        } while last.total != bytes.total
        return last - before
    }

    /// Breaks all connections; new ones work.
    func cut() {
        let open = state.withLockedValue { state in
            defer { (state.open, state.leftToSender) = ([], nil) }
            return state.open
        }
        for (_, near, far) in open {
            near.breakOff()
            far.breakOff()
        }
    }

    /// Makes all connections silent without breaking them, as when a cable is pulled; new ones work.
    func freeze() { state.withLockedValue { $0.firstAwake = $0.accepted } }

    /// Lets so many bytes more go to the sender, until the next ``cut()``.
    func hold(afterToSender byteCount: Int) { state.withLockedValue { $0.leftToSender = byteCount } }

    /// Refuses new connections, or takes them again.
    func refuseConnections(_ refuses: Bool) { state.withLockedValue { $0.refuses = refuses } }
}
