import Exchange
import NIOCore

/// Something that went wrong, as the dashboard sees it.
package struct ObservedFailure {
    /// What it is: the same kind for the same site again counts up.
    package enum Kind: Hashable, Sendable {
        /// No answer came.
        case cause(ExchangeFailure.Cause)
        /// The request was not passed on, and got this status.
        case refusal(Int)
        /// The origin itself answered with this status.
        case originAnswer(Int)
        /// A link was lost, or can't be opened.
        case link
        /// A page was not rebuilt right.
        case damage

        /// The status that the client got; 0 where this was nobody's request, or it got another answer.
        var status: Int {
            switch self {
            case .cause(let cause): cause.status
            case .refusal(let status), .originAnswer(let status): status
            case .link, .damage: 0
            }
        }

        /// What it means, and what to do.
        var explanation: String {
            switch self {
            case .cause(let cause): Self.both(FailureWords(cause))
            case .refusal(let status):
                "\(FailureWords(refused: status, "").summary) \(FailureWords(refused: status, "").advice)"
            case .originAnswer: Self.both(.originAnswer)
            case .link: Self.both(FailureWords(.link))
            case .damage: Self.both(.damage)
            }
        }

        private static func both(_ words: FailureWords) -> String { "\(words.detail) \(words.advice)" }
    }

    package var kind: Kind
    /// The site; of a lost link, the other end, as far as it is known.
    package var site: String
    package var target: String
    /// What happened, as the log says it.
    package var what: String
    package var time: NIODeadline

    package init(_ kind: Kind, site: String, target: String, what: String, time: NIODeadline = .now()) {
        (self.kind, self.site, self.target, self.what, self.time) = (kind, site, target, what, time)
    }
}
