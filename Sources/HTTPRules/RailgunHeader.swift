/// The `Railgun` field of an answer: how it came over the link.
///
///     Railgun: 00e95b1c46 0.29 0.037872 0x33 1.0.0
///
/// Connection, ratio or word, seconds at the origin, flags in hex, version. Answers that did not use the link say
/// `direct (reason)` in the ratio's place, with connection 0.
package struct RailgunHeader: Hashable, Sendable {
    package enum Passage: Hashable, Sendable {
        /// As a difference; bytes on the link in hundredths of a percent of the page's.
        case delta(ratioBasisPoints: Int)
        /// Piece by piece as the origin sent it.
        case stream
        /// Whole, in one piece.
        case normal
        /// Not over the link; why.
        ///
        /// Without parentheses and control characters.
        case direct(reason: String)
    }

    /// What happened on the way.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let addressMapped = Flags(rawValue: 0x01)
        package static let defaultMapped = Flags(rawValue: 0x02)
        package static let hostChanged = Flags(rawValue: 0x04)
        package static let originReused = Flags(rawValue: 0x08)
        package static let versionOffered = Flags(rawValue: 0x10)
        package static let versionKnown = Flags(rawValue: 0x20)
        package static let originRestarted = Flags(rawValue: 0x40)
        static let all = Flags(rawValue: 0x7F)
    }

    package static let name = "Railgun"

    /// Which connection of the link carried it, 40 bits; 0 for none.
    package var connection: UInt64
    package var passage: Passage
    /// From the request at the listener to the origin's first byte.
    package var originTime: Duration
    package var flags: Flags
    /// The software's version: letters, digits, dots, hyphens.
    package var version: String

    package init(connection: UInt64, passage: Passage, originTime: Duration, flags: Flags, version: String) {
        self.connection = connection & 0xFF_FFFF_FFFF
        self.passage = passage
        self.originTime = originTime
        self.flags = flags
        self.version = version
    }
}

extension RailgunHeader {
    /// The field's value.
    ///
    /// Cost: about 0.5 µs.
    package var text: String {
        let (seconds, attoseconds) = originTime.components
        let micros = max(0, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
        let time = "\(micros / 1_000_000).\(digits(micros % 1_000_000, count: 6))"
        return
            "\(hex(connection, count: 10)) \(passage.text) \(time) 0x\(hex(UInt64(flags.rawValue), count: 2)) \(version)"
    }

    private func hex(_ number: UInt64, count: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

extension RailgunHeader.Passage {
    var text: String {
        switch self {
        case .delta(let points): "\(points / 100).\(digits(points % 100, count: 2))"
        case .stream: "stream"
        case .normal: "normal"
        case .direct(let reason): "direct (\(reason))"
        }
    }
}

/// `number`, from 0, with zeros in front.
private func digits(_ number: Int, count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}
