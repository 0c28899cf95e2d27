/// What level `auto` chose for a page, and why.
public struct DeltaChoice: Hashable, Sendable {
    /// Why a level was chosen.
    public enum Reason: Hashable, Sendable {
        /// There was no base: the page was compressed on its own.
        case noBase
        /// The page is its base, or nothing in it is new.
        case nothingNew
        /// It makes the smallest delta, and the time allows it.
        case smallest
        /// Smaller levels would take longer than the time that was given.
        case timeLimit(microseconds: Int)
        /// Long stretches of new content were compressed on their own, which left time for the rest.
        case zones(count: Int)
    }

    /// The level; that of the rest where long stretches were compressed on their own.
    public var level: DeltaLevel
    /// Why.
    public var reason: Reason
    /// How many bytes of the page no copy covers.
    public var newBytes: Int
    /// How long the chosen way takes by the engine's own estimate, in microseconds.
    ///
    /// The estimate counts work, not time, so that the same page gets the same delta everywhere: on another machine
    /// than the one of docs/numbers.md it may take some times longer, or less.
    public var estimatedMicroseconds = 0
}

extension DeltaChoice: CustomStringConvertible {
    /// The level and the reason, in words for a person.
    public var description: String {
        let why =
            switch reason {
            case .noBase: "there is no base"
            case .nothingNew: "nothing is new"
            case .smallest: "the smallest"
            case .timeLimit(let microseconds): "smaller ones take over \(microseconds) µs"
            case .zones(1): "beside a stretch of new content that is compressed on its own"
            case .zones(let count): "beside \(count) stretches of new content, each compressed on its own"
            }
        return "\(level.rawValue) (auto: \(why))"
    }
}
