import NIOCore
import NIOHTTP1

/// One request of a client, for who answers it: on a connection of HTTP/1.1, or a stream of HTTP/2.
///
/// Confined to one event loop.
protocol ClientStream: AnyObject {
    /// Whether more of the answer may be handed over; after `false`, wait for ``SenderExchange/clientBecameWritable()``.
    var isWritable: Bool { get }
    /// Sends an interim answer, such as 103; not to a client of HTTP/1.0.
    func respond(interim head: HTTPResponseHead)
    /// Sends the head of the answer; once. Without Content-Length, its body ends where ``respondEnd(trailers:)`` says.
    func respond(_ head: HTTPResponseHead)
    /// Sends a piece of the answer's body.
    func respond(_ body: ByteBuffer)
    /// Ends the answer; nothing follows.
    func respondEnd(trailers: HTTPHeaders?)
    /// Breaks the answer off, so that the client can tell that it isn't complete; nothing follows.
    func abort()
    /// Takes what follows on the connection, both ways, as bytes of another protocol; after the head of a 101.
    func becomeTunnel()
    /// Ends this direction of a tunnel.
    func endTunnel()
    /// Reads on: ``SenderExchange/takesBody`` may have changed.
    func readMore()
}
