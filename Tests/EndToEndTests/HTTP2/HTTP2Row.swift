import Foundation
import Testing

/// One case of the checklist over HTTP/2: what frames a client sends, what the origin answers, what must come of it.
struct HTTP2Row: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        /// In the texts of heads and bodies, `$K` stands for the row's key.
        case head([(String, String)], stream: UInt32, end: Bool)
        case body(String, stream: UInt32, end: Bool)
        case frame(HTTP2Frame)
        case pause(Duration)
        /// Reads until the stream is over.
        case awaitAnswer(stream: UInt32)
        case closeNow
    }

    let id: String
    let key: String
    let steps: [Step]
    /// The streams whose answers are judged, in this order.
    let awaited: [UInt32]
    let script: Script
    /// How long the client listens for what must not come.
    let linger: Duration
    let check: Check

    init(
        _ id: String, _ steps: [Step], answers awaited: [UInt32] = [1], origin script: Script = .ok,
        linger: Duration = .milliseconds(20), _ check: Check
    ) {
        (self.id, self.steps, self.awaited, self.script) = ("2-" + id, steps, awaited, script)
        (self.linger, self.check) = (linger, check)
        key = "row-h2" + id.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    var testDescription: String { id }

    static var all: [HTTP2Row] { pseudoFields + fields + requestBodies + forwarding + answers }

    // MARK: what rows are made of

    /// The pseudo-fields of a request, with some of them replaced; `nil` leaves one out.
    static func pseudo(
        method: String? = "GET", scheme: String? = "http", authority: String? = "$K.test", path: String? = "/$K"
    ) -> [(String, String)] {
        let all = [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    static func request(_ fields: [(String, String)], stream: UInt32 = 1) -> Step {
        .head(fields, stream: stream, end: true)
    }

    static func get(_ fields: (String, String)...) -> Step { .head(pseudo() + fields, stream: 1, end: true) }

    /// A POST with these fields; its body follows.
    static func post(_ fields: (String, String)..., stream: UInt32 = 1) -> Step {
        .head(pseudo(method: "POST") + fields, stream: stream, end: false)
    }

    // MARK: run

    /// Carries the row out on what takes HTTP/2 with prior knowledge at a port.
    func run(at port: UInt16, _ origin: ScriptedOrigin) throws -> Exchange {
        origin.answer(key, with: script)
        let client = try HTTP2Client(port)
        var exchange = Exchange(key: key)
        do {
            for step in steps { try carryOut(step, client) }
            try client.awaitEnd(of: awaited)
            let end = ContinuousClock.now + linger
            while try client.read(within: max(.zero, end - ContinuousClock.now)) {}
        } catch SocketFailure.timedOut where client.areOver(awaited) {
            // Nothing more came, as it should be.
        } catch {
            exchange.failure = "\(error)"
        }
        client.socket.close()
        // A request that was cut off arrives cut off: give it the time.
        if steps.contains(where: \.endsEarly) { Thread.sleep(forTimeInterval: 0.3) }
        exchange.answers = awaited.compactMap { client.streams[$0]?.answer }.filter { $0.status > 0 }
        exchange.resets = client.streams.compactMapValues(\.resetCode)
        if client.isClosed || client.goAwayCode != nil { exchange.ending = .closed }
        exchange.seen = origin.requests(key)
        return exchange
    }

    private func carryOut(_ step: Step, _ client: HTTP2Client) throws {
        func filled(_ text: String) -> String { text.replacing("$K", with: key) }
        switch step {
        case .head(let fields, let stream, let end):
            let fields = fields.map { (filled($0.0), filled($0.1)) }
            try? client.send(.headers(fields, stream: stream, end: end))
        case .body(let text, let stream, let end): try? client.send(.data(filled(text), stream: stream, end: end))
        case .frame(let frame): try? client.send(frame)
        case .pause(let time): Thread.sleep(forTimeInterval: time / .seconds(1))
        case .awaitAnswer(let stream): try client.awaitEnd(of: [stream])
        case .closeNow: client.socket.close()
        }
    }
}

extension HTTP2Row.Step {
    fileprivate var endsEarly: Bool {
        switch self {
        case .closeNow: true
        case .frame(let frame): frame.kind == HTTP2Frame.Kind.reset
        default: false
        }
    }
}

extension Check {
    /// Refused with an answer, by a reset of the stream, or with the connection; nothing went on.
    static let refusedStream = notAnswered && unseen

    /// As ``refusedStream``, where the head may have gone on before the fault in the body was seen.
    static let brokenOffStream = notAnswered && neverComplete && notSmuggled

    private static let notAnswered = Check("refused with 400 to 599, a reset stream or a closed connection") {
        $0.answers.allSatisfy { $0.status >= 400 } && (!$0.answers.isEmpty || !$0.resets.isEmpty || $0.isEnded)
    }
}
