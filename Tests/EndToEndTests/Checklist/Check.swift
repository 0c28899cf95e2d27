/// What a row expects, and how it's said where it doesn't hold.
struct Check: Sendable {
    /// What is wrong; empty where all is well.
    let complaints: @Sendable (Exchange) -> [String]

    init(_ what: String, _ holds: @escaping @Sendable (Exchange) -> Bool) {
        complaints = { holds($0) ? [] : [what] }
    }

    static func && (a: Check, b: Check) -> Check { Check { a.complaints($0) + b.complaints($0) } }

    /// Where the checklist says "or".
    static func || (a: Check, b: Check) -> Check {
        Check { exchange in
            let (first, second) = (a.complaints(exchange), b.complaints(exchange))
            return first.isEmpty || second.isEmpty ? [] : ["either \(first), or \(second)"]
        }
    }

    private init(_ complaints: @escaping @Sendable (Exchange) -> [String]) { self.complaints = complaints }

    // MARK: What the client gets

    static func statuses(_ statuses: Int...) -> Check {
        Check("the client gets \(statuses)") { $0.statuses == statuses }
    }

    /// One answer, with any of these.
    static func status(_ statuses: Int...) -> Check {
        Check("the client gets one of \(statuses)") { $0.answers.count == 1 && statuses.contains($0.statuses[0]) }
    }

    static let closed = Check("the connection is closed") { $0.isEnded }

    static func answer(_ what: String, _ holds: @escaping @Sendable (Answer) -> Bool) -> Check {
        Check("the answer has \(what)") { $0.answers.first.map(holds) ?? false }
    }

    static func body(_ text: String) -> Check {
        answer("the body \(text.debugDescription)") { $0.text == text && $0.cut == nil }
    }

    static func answerField(_ name: String, _ values: String...) -> Check {
        answer("\(name): \(values)") { $0.fields[name] == values }
    }

    /// The client can tell that the answer is incomplete.
    static let cut = Check("the client can tell that the answer is incomplete") {
        $0.answers.isEmpty ? $0.isEnded : $0.answers[0].cut != nil || $0.answers[0].status >= 500
    }

    static let nothingMore = Check("nothing comes after the answers") { $0.rest.isEmpty && $0.failure == nil }

    // MARK: What the origin sees

    static let unseen = Check("nothing reaches the origin") { $0.seen.isEmpty }

    static let neverComplete = Check("no complete request reaches the origin") { $0.complete.isEmpty }

    static func seen(_ count: Int) -> Check {
        Check("\(count) requests reach the origin") { $0.seen.count == count && $0.complete.count == count }
    }

    static func origin(_ what: String, _ holds: @escaping @Sendable (OriginRequest) -> Bool) -> Check {
        Check("the origin sees \(what)") { $0.seen.first.map(holds) ?? false }
    }

    static func originField(_ name: String, _ values: String...) -> Check {
        origin("\(name): \(values)") { $0.fields[name] == values }
    }

    static func originLacks(_ names: String...) -> Check {
        origin("no \(names)") { request in !names.contains { request.fields.has($0) } }
    }

    static let notSmuggled = Check("what is inside a body is no request") { exchange in
        !exchange.seen.contains { $0.target.contains("smuggled") }
    }

    // MARK: What many rows share

    /// Answered with one of these, closed, and nothing went on.
    static func refused(_ statuses: Int...) -> Check {
        Check("refused with one of \(statuses)") { statuses.contains($0.statuses.first ?? 0) } && closed && unseen
    }

    /// As ``refused(_:)``, where the head may have gone on before the fault in the body was seen.
    static func brokenOff(_ statuses: Int...) -> Check {
        Check("broken off, with one of \(statuses) or no answer") { exchange in
            exchange.answers.isEmpty || statuses.contains(exchange.statuses[0])
        } && closed && neverComplete && notSmuggled
    }

    /// 200, once.
    static let passed = statuses(200) && seen(1) && nothingMore
}
