import NIOConcurrencyHelpers
import NIOCore

/// Connections whose other end is unknown yet: its TLS handshake is under way, for ``Lane/usualStartTimeout`` at most.
///
/// Whoever reaches the port can open some. So there is room for so many of them, however many lanes may be there.
///
/// Safe to use from any thread.
package final class Strangers: Sendable {
    /// There is no room; the connection is to be closed.
    struct Full: Error {}

    private let most: Int
    private let count = NIOLockedValueBox(0)

    /// Makes room.
    ///
    /// - Parameter most: A handshake takes some 50 kB while it is under way.
    package init(most: Int = 512) { self.most = most }

    /// How many there are.
    var taken: Int { count.withLockedValue { $0 } }

    /// Takes a place until the connection is closed, or what is returned is called.
    ///
    /// - Throws: Where there is no place.
    func enter(_ channel: any Channel) throws -> () -> Void {
        let hasRoom = count.withLockedValue { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard hasRoom else { throw Full() }
        let isHere = NIOLockedValueBox(true)
        @Sendable func leave() {
            guard
                isHere.withLockedValue({ isHere in
                    defer { isHere = false }
                    return isHere
                })
            else { return }
            count.withLockedValue { $0 -= 1 }
        }
        channel.closeFuture.whenComplete { _ in leave() }
        return leave
    }
}
