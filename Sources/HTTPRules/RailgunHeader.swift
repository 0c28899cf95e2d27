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
    /// Cost: one allocation.
    package var text: String {
        let (seconds, attoseconds) = originTime.components
        let micros = max(0, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
        var text: [UInt8] = []
        text.reserveCapacity(64)
        text.append(connection, radix: 16, digits: 10)
        text.append(UInt8(ascii: " "))
        passage.append(to: &text)
        text.append(UInt8(ascii: " "))
        text.append(UInt64(micros / 1_000_000), radix: 10, digits: 1)
        text.append(UInt8(ascii: "."))
        text.append(UInt64(micros % 1_000_000), radix: 10, digits: 6)
        text += " 0x".utf8
        text.append(UInt64(flags.rawValue), radix: 16, digits: 2)
        text.append(UInt8(ascii: " "))
        text += version.utf8
        return String(decoding: text, as: UTF8.self)
    }
}

extension RailgunHeader.Passage {
    var text: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    fileprivate func append(to text: inout [UInt8]) {
        switch self {
        case .delta(let points):
            text.append(UInt64(points / 100), radix: 10, digits: 1)
            text.append(UInt8(ascii: "."))
            text.append(UInt64(points % 100), radix: 10, digits: 2)
        case .stream: text += "stream".utf8
        case .normal: text += "normal".utf8
        case .direct(let reason):
            text += "direct (".utf8
            text += reason.utf8
            text.append(UInt8(ascii: ")"))
        }
    }
}

extension [UInt8] {
    /// Appends a number, with zeros in front of fewer digits than `digits`.
    fileprivate mutating func append(_ number: UInt64, radix: UInt64, digits: Int) {
        let start = endIndex
        var rest = number
        while rest > 0 || endIndex - start < digits {
            let digit = UInt8(rest % radix)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            rest /= radix
        }
        self[start...].reverse()
    }
}
