import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Operations

/// One check, until it has passed or failed.
final class OriginCheck: AnswerReceiver {
    private let target: OriginCheckTarget
    private let path: String
    private var exchange: OriginExchange?
    private var timeout: Scheduled<Void>?
    private var done: ((_ failure: String?) -> Void)?

    private init(_ target: OriginCheckTarget, path: String, done: @escaping (_ failure: String?) -> Void) {
        (self.target, self.path, self.done) = (target, path, done)
    }

    /// Asks; `done` hears why it failed, or `nil`, once, on the pool's event loop, unless the pool stops before.
    static func run(
        _ target: OriginCheckTarget, _ check: OriginHealthSettings.Check, pool: OriginPool,
        done: @escaping (_ failure: String?) -> Void
    ) {
        let this = OriginCheck(target, path: check.target, done: done)
        let request = ForwardedRequest(
            method: .GET, scheme: target.key.isTLS ? .https : .http, authority: target.authority,
            target: check.target, fields: ["User-Agent": "railgun-check"], body: .none, keepAlive: false,
            version: .http1_1)
        this.exchange = pool.send(OriginRequest(request, address: target.address), receiver: this)
        let isolated = NIOLoopBound(this, eventLoop: pool.eventLoop)
        this.timeout = pool.eventLoop.scheduleTask(in: .nanoseconds(check.timeout.nanoseconds)) {
            isolated.value.end("\(target.address) did not answer \(check.target) within \(DurationText(check.timeout))")
        }
    }

    private func end(_ failure: String?) {
        guard let done else { return }
        self.done = nil
        timeout?.cancel()
        exchange?.cancel()
        exchange = nil
        done(failure)
    }

    func received(interim head: HTTPResponseHead) {}

    func received(_ answer: Answer) {
        let status = answer.head.status.code
        end(200..<400 ~= status ? nil : "\(target.address) answered \(path) with \(status)")
    }

    func received(_ body: ByteBuffer) {}
    func receivedEnd(trailers: HTTPHeaders?) {}
    func failed(_ failure: ExchangeFailure) { end(failure.message) }
    func requestBecameWritable() {}
}
