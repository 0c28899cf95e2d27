import Exchange
import NIOCore
import NIOHTTP1

// A body in blocks, on the sender's end.
extension LinkStream {
    /// Takes a piece of the answer's body as it comes over the link.
    func received(_ body: ByteBuffer) {
        guard inbox != nil else {
            answerReceiver?.received(body)
            requestReceiver?.received(requestBody: body)
            return
        }
        inbox?.received(body)
        handOn()
    }

    /// Takes the end of a body in blocks; its reader hears of it when it has taken all before.
    func receivedEnd(ofBlocksFor receiver: (any AnswerReceiver)?, trailers: HTTPHeaders?) {
        answerReceiver = receiver
        inbox?.receivedEnd(trailers: trailers)
        handOn()
    }

    /// Hands on what may be handed on now.
    ///
    /// The reader may say ``consumed(_:)`` within it: then this goes on by itself.
    func handOn() {
        guard !isHandingOn else { return }
        isHandingOn = true
        defer { isHandingOn = false }
        while inbox != nil, let receiver = answerReceiver {
            do throws(LinkError) {
                guard let next = try inbox?.next() else { return }
                lane.consumed(next.readBytes, on: self)
                switch next.action {
                case .deliver(let body): receiver.received(body)
                case .wait: return
                case .end(let trailers):
                    answerReceiver = nil
                    inbox = nil
                    receiver.receivedEnd(trailers: trailers)
                }
            } catch {
                inbox = nil
                reset(LinkError(.cancelled, error.message))
                receiver.failed(ExchangeFailure(.link, "the listener sent \(error.message)"))
            }
        }
    }
}
