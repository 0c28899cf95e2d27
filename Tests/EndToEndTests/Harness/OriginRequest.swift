import Foundation

/// A request as it reached the origin.
struct OriginRequest: Sendable {
    /// Which of the origin's connections, in the order in which they came.
    let connection: Int
    /// Which request of that connection, from 0.
    let place: Int
    var method = ""
    var target = ""
    var version = ""
    var fields: [Field] = []
    /// The head as it came.
    var head = ""
    /// The body, or its first MiB.
    var body: [UInt8] = []
    var bodyBytes = 0
    var bodyHash = ""
    var trailers: [Field] = []
    /// All of the request has come.
    var isComplete = false
    /// Why the rest couldn't be read.
    var failure: String?
    /// How long the origin could still send after it began its answer, where the other side then broke off.
    var brokenOffAfter: Duration?

    /// The path, without its row: `/row-a01/next` gives `next`.
    var name: String { target.split(separator: "/").dropFirst().joined(separator: "/") }
}

extension OriginRequest: CustomStringConvertible {
    var description: String {
        let lines = fields.map { "\($0.name): \($0.value.prefix(200))" }.joined(separator: " | ")
        return "[connection \(connection), request \(place)] \(method) \(target.prefix(200)) \(version) | \(lines) | "
            + "\(bodyBytes) bytes \(latin1(body.prefix(120)).debugDescription) "
            + "\(isComplete ? "" : "INCOMPLETE") \(failure ?? "")"
    }
}

/// What an origin does to answer a request.
struct Script: Sendable {
    enum Step: Sendable {
        /// Text of bytes: one character each.
        case send(String)
        case bytes([UInt8])
        case pause(Duration)
        /// Chunks until the other side breaks off.
        case endless
        case body(LongBody, chunked: Bool)
        /// An event, in a chunk, that says when it was sent: nanoseconds of this machine's monotonic clock.
        case event
        /// Reads the request's body, where the script doesn't read it first.
        case readBody
        /// Everything that comes goes back, until the other side finishes.
        case echo
        case finish
        case reset
    }

    var readsBodyFirst = true
    let steps: @Sendable (OriginRequest) -> [Step]

    static let ok = Script.answers(["HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"])

    static func steps(_ steps: Step...) -> Script { Script { _ in steps } }

    /// Answers when it has the head, and reads the body only where a step says so.
    static func early(_ steps: Step...) -> Script { Script(readsBodyFirst: false) { _ in steps } }

    static func answers(_ parts: [String]) -> Script { Script { _ in parts.map(Step.send) } }

    /// An answer of these lines.
    static func head(_ lines: String..., body: String = "") -> Script {
        answers([lines.joined(separator: "\r\n") + "\r\n\r\n" + body])
    }
}
