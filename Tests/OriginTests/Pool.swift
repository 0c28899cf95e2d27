import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Origin

/// A pool whose connections have no sockets, and whose clock stands still until the test moves it.
final class Pool {
    let origins: EmbeddedOrigins
    let pool: OriginPool

    init(_ limits: OriginLimits = OriginLimits(), accepts: Bool = true, health: OriginHealth? = nil) {
        origins = EmbeddedOrigins(accepts: accepts)
        pool = OriginPool(limits: limits, tls: nil, health: health, eventLoop: origins.loop)
        origins.take(over: pool)
        pool.start()
    }

    deinit { pool.stop() }

    static let address = OriginAddress(host: "192.0.2.1", port: 80)

    func send(
        _ request: ForwardedRequest = .sample(), to address: OriginAddress = address, consumes: Bool = true
    ) -> (exchange: OriginExchange, answer: AnswerRecorder) {
        let answer = AnswerRecorder(consumes: consumes)
        let exchange = pool.send(OriginRequest(request, address: address), receiver: answer)
        answer.outgoing = exchange
        origins.loop.run()
        return (exchange, answer)
    }

    /// Has one request answered, so that its connection is idle.
    func warm() -> EmbeddedOrigins.Connection {
        let answer = send().answer
        let connection = origins.connections[origins.connections.count - 1]
        _ = connection.received()
        connection.send(Self.ok)
        precondition(answer.events == ["head 200", "end"])
        return connection
    }

    func advance(_ time: TimeAmount) { origins.loop.advanceTime(by: time) }

    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    static let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
}

extension OriginExchange {
    func send(_ text: String) { send(ByteBuffer(string: text)) }
}
