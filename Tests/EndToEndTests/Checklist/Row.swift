import Foundation
import Testing

/// One row of the checklist of HTTP cases: what a client sends, what the origin answers, what must come of it.
struct Row: Sendable, CustomTestStringConvertible {
    enum Step: Sendable, ExpressibleByStringInterpolation {
        /// Text of bytes, one character each; `$K` stands for the row's key.
        case send(String)
        case eachByte(String)
        case sendMany(String, count: Int)
        case pause(Duration)
        case body(LongBody)
        /// Waits for the first bytes: of a 1xx answer, say.
        case awaitBytes
        /// Waits for the next final answer.
        case awaitAnswer
        case finish
        case closeNow

        init(stringLiteral text: String) { self = .send(text) }
    }

    let id: String
    /// What the origin finds in the request, and the script by which it answers: `row-a01`.
    let key: String
    let send: [Step]
    /// The methods of the requests whose answers are awaited.
    let methods: [String]
    let script: Script
    /// How long the client listens for what must not come.
    let linger: Duration
    let check: Check

    init(
        _ id: String, _ send: [Step], _ methods: [String], origin script: Script = .ok,
        linger: Duration = .milliseconds(20), _ check: Check
    ) {
        (self.id, self.send, self.methods, self.script, self.linger) = (id, send, methods, script, linger)
        self.check = check
        key = "row-" + id.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    /// A row with one GET.
    init(
        _ id: String, _ send: [Step], origin script: Script = .ok, linger: Duration = .milliseconds(20), _ check: Check
    ) {
        self.init(id, send, ["GET"], origin: script, linger: linger, check)
    }

    var testDescription: String { id }

    static var all: [Row] { requestSyntax + bodyFraming + forwarding + responses }
}

/// What came of a row: the facts that it is judged by.
struct Exchange: Sendable {
    enum Ending: Sendable { case open, closed, reset }
    var key = ""
    var answers: [Answer] = []
    /// 1xx answers that the client waited for.
    var ending = Ending.open
    /// What the client got after the last answer that it read, or why it could not be read.
    var rest = ""
    var failure: String?
    /// HTTP/2: the streams that were reset, and with which code.
    var resets: [UInt32: UInt32] = [:]
    var seen: [OriginRequest] = []

    var statuses: [Int] { answers.map(\.status) }
    /// What reached the origin in full.
    var complete: [OriginRequest] { seen.filter(\.isComplete) }
    var isEnded: Bool { if case .open = ending { false } else { true } }
}

extension Exchange: CustomStringConvertible {
    var description: String {
        let answers = answers.map { "  client got: \($0)" }
        let seen = seen.map { "  origin saw: \($0)" }
        let rest = "  then: \(ending) \(failure ?? "") \(rest.prefix(300).debugDescription)"
        let resets = resets.isEmpty ? [] : ["  streams reset, with their codes: \(resets)"]
        return (answers + resets + [rest] + seen).joined(separator: "\n")
    }

    /// What was done with the request, in few words: for a table.
    var inFewWords: String {
        var words = answers.map { answer in
            answer.interim.map { "\($0.status) " }.joined() + "\(answer.status)" + (answer.cut == nil ? "" : " cut")
        }
        if answers.isEmpty { words.append(resets.isEmpty ? "no answer" : "stream reset") }
        if isEnded { words.append("closed") }
        let incomplete = seen.count - complete.count
        if !complete.isEmpty { words.append("forwarded" + (complete.count > 1 ? " ×\(complete.count)" : "")) }
        if incomplete > 0 { words.append("forwarded in part") }
        return words.joined(separator: ", ")
    }
}
