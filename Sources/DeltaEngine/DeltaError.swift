internal import CDelta

/// Why the delta engine refused; small and closed on purpose, so that every caller can switch over it.
public enum DeltaError: Error, Hashable, Sendable {
    /// A page is longer than the engine handles: 2 GiB less a byte.
    case pageTooLarge(byteCount: Int, limit: Int)
    /// A delta announces a target that is longer than the caller allows.
    case outputTooLarge(byteCount: Int, limit: Int)
    /// The delta needs a base, and none was given.
    case baseMissing
    /// The delta was made against another base than the one given.
    case wrongBase(expected: PageVersion, actual: PageVersion)
    /// The delta was rebuilt, but not to the expected page: the delta or the base is damaged, or of another page.
    case wrongTarget(expected: PageVersion, actual: PageVersion)
    /// A kind of delta that this version of the engine doesn't know.
    case unknownKind(UInt8)
    /// Bytes that no encoder writes, or a delta that ends too early.
    case corrupt(Corruption)
    /// A delta announces more literals and copies than the caller allows: each may take a microsecond.
    case tooManySymbols(count: Int, limit: Int)
    /// A description would list more segments than the caller allows.
    case tooManySegments(limit: Int)
    /// The C core or zlib found no memory left. Swift's own allocations can't report that: they end the process.
    case outOfMemory

    /// What is wrong with a corrupt delta.
    public enum Corruption: Hashable, Sendable {
        /// The delta ends before the named part is whole.
        case truncated(Part)
        /// The named part breaks the format's rules, or doesn't fit this base.
        case invalid(Part)
        /// Bytes follow after the end.
        case trailingBytes(Int)
    }

    /// A part of a delta, as `docs/formats/delta.md` names them.
    public enum Part: String, Hashable, Sendable {
        /// The first bytes: kind and sizes.
        case header
        /// What to copy from where.
        case operations
        /// The new bytes.
        case literals
        /// A whole page, compressed without a base.
        case page
        /// Copies and new bytes in one arithmetic-coded stream.
        case stream
        /// The lengths of a page's zones and of their deltas.
        case zones
    }

    /// The error for a status of the C core; `nil` for success.
    init?(_ status: cdelta_status, reading part: Part) {
        switch status {
        case .CDELTA_OK: return nil
        case .CDELTA_BAD_ARGUMENT: preconditionFailure("DeltaEngine broke a Requires of CDelta")
        case .CDELTA_OUT_OF_MEMORY: self = .outOfMemory
        case .CDELTA_CORRUPT: self = .corrupt(.invalid(part))
        }
    }
}

extension DeltaError: CustomStringConvertible {
    /// What happened, in words for a person.
    public var description: String {
        switch self {
        case .pageTooLarge(let byteCount, let limit):
            "the page has \(byteCount) bytes; the engine handles pages of up to \(limit)"
        case .outputTooLarge(let byteCount, let limit):
            "the delta makes a page of \(byteCount) bytes; the limit is \(limit)"
        case .baseMissing:
            "the delta was made against a base, and none was given"
        case .wrongBase(let expected, let actual):
            "wrong base: the delta was made against \(expected), this is \(actual)"
        case .wrongTarget(let expected, let actual):
            "the rebuilt page is not the right one: expected \(expected), got \(actual)"
        case .unknownKind(let kind):
            "not a delta, or one from a newer version: unknown kind \(kind)"
        case .corrupt(.truncated(let part)):
            "the delta is damaged: it ends within its \(part.rawValue)"
        case .corrupt(.invalid(let part)):
            "the delta is damaged, or for another base: its \(part.rawValue) can't be right"
        case .corrupt(.trailingBytes(let count)):
            "the delta is damaged: \(count) bytes follow after its end"
        case .tooManySymbols(let count, let limit):
            "the delta may have \(count) new bytes and copies to decode one by one; the limit is \(limit)"
        case .tooManySegments(let limit):
            "the delta has more than \(limit) parts, which is the limit for describing it"
        case .outOfMemory:
            "no memory left"
        }
    }
}
