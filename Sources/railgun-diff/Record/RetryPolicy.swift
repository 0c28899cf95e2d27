import Foundation
import FoundationNetworking
import Reports

/// When to try again after a failure, so that a server in trouble is not troubled more.
enum RetryPolicy {
    /// What to do next.
    enum Decision: Hashable {
        case retry(after: Duration)
        /// Leave the page for this round, and for so long at least.
        case giveUp(leaveAloneFor: Duration)
    }

    /// A page is asked for at most so many times in one round.
    static let attempts = 3
    /// A longer wait than this is not spent on one page: the others go on, and this one is left alone so long.
    private static let longestWait = Duration.seconds(60)

    /// Decides after an attempt, the first of which is 1.
    static func decide(after failure: FetchFailure, attempt: Int) -> Decision {
        var wait = Duration.seconds(1 << min(attempt - 1, 6))
        switch failure {
        case .status(let code, let retryAfter):
            if let retryAfter { wait = max(wait, retryAfter) }
            guard [429, 500, 502, 503, 504].contains(code) else { return .giveUp(leaveAloneFor: .zero) }
            if attempt >= attempts || wait > longestWait { return .giveUp(leaveAloneFor: retryAfter ?? .zero) }
        case .network(_, isPassing: true), .timedOut:
            if attempt >= attempts { return .giveUp(leaveAloneFor: .zero) }
        case .network(_, isPassing: false), .tooLarge, .cancelled:
            return .giveUp(leaveAloneFor: .zero)
        }
        return .retry(after: wait)
    }

    /// Reads a Retry-After field (RFC 9110, 10.2.3): seconds, or a date.
    static func delay(retryAfter field: String, now: Date = Date()) -> Duration? {
        if let seconds = Int(field), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: field) else { return nil }
        return .seconds(min(86_400, max(0, date.timeIntervalSince(now))))
    }
}

extension FetchFailure: CustomStringConvertible {
    /// What happened, in words for a person.
    var description: String {
        switch self {
        case .status(let code, let retryAfter):
            "answered \(code) \(HTTPURLResponse.localizedString(forStatusCode: code))"
                + (retryAfter.map { ", try again after \(Quantity.duration($0))" } ?? "")
        case .network(let reason, _): reason
        case .timedOut(let limit): "not all there after \(Quantity.duration(limit)) (--timeout)"
        case .tooLarge(let limit): "larger than \(Quantity.bytes(limit)) (--limit)"
        case .cancelled: "stopped"
        }
    }
}
