/// A number of digits only, as people write it in a configuration.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
}

/// A number followed by a unit, with or without a space: "30 s".
private func numberAndUnit(_ text: String) -> (number: Int, unit: Substring)? {
    let end = text.firstIndex { !$0.isNumber } ?? text.endIndex
    return wholeNumber(text[..<end]).map { ($0, text[end...].trimmed) }
}

/// A duration as a configuration writes it: "100 ms", "30 s", "5 min", "1 h", "90 d".
package struct DurationText: Hashable, Sendable, CustomStringConvertible {
    /// What durations are counted in.
    package enum Unit: String, Sendable {
        /// The units, by the name that follows the number.
        case milliseconds = "ms", seconds = "s", minutes = "min", hours = "h", days = "d"

        fileprivate var milliseconds: Int {
            switch self {
            case .milliseconds: 1
            case .seconds: 1_000
            case .minutes: 60_000
            case .hours: 3_600_000
            case .days: 86_400_000
            }
        }
    }

    /// The duration.
    package let duration: Duration

    /// A duration to be shown.
    package init(_ duration: Duration) { self.duration = duration }

    /// Reads a duration; `nil` for anything else.
    ///
    /// A number without unit counts `unit`s.
    package init?(_ text: String, unit: Unit) {
        guard let (number, name) = numberAndUnit(text), let unit = name.isEmpty ? unit : Unit(rawValue: String(name))
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        if overflow { return nil }
        duration = .milliseconds(milliseconds)
    }

    /// In seconds where that is a whole number that people read easily: "30 s", "1500 ms", "24 h".
    package var description: String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
        let large: [Unit] = milliseconds > 3_600_000 ? [.days, .hours, .minutes] : []
        let unit = (large + [.seconds]).first { milliseconds.isMultiple(of: $0.milliseconds) } ?? .milliseconds
        return "\(milliseconds / unit.milliseconds) \(unit.rawValue)"
    }
}

/// A number of bytes as a configuration writes it: "250000", "250 kB", "256 MB", "1 GiB".
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    private static let units: [(name: String, bytes: Int)] = [
        ("B", 1), ("kB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
        ("GB", 1_000_000_000), ("GiB", 1 << 30), ("TB", 1_000_000_000_000), ("TiB", 1 << 40),
    ]

    /// The number.
    package let bytes: Int

    /// A number to be shown.
    package init(_ bytes: Int) { self.bytes = bytes }

    /// Reads a number of bytes; `nil` for anything else.
    ///
    /// Upper and lower case are the same: nobody means bits here.
    package init?(_ text: String) {
        guard let (number, name) = numberAndUnit(text) else { return nil }
        let unit = name.isEmpty ? 1 : Self.units.first { $0.name.lowercased() == name.lowercased() }?.bytes
        guard let unit else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        self.bytes = bytes
    }

    /// In the largest unit that gives a whole number: "250 kB", "1 GiB".
    package var description: String {
        let unit = bytes == 0 ? Self.units[0] : Self.units.last { bytes.isMultiple(of: $0.bytes) }!  // 1 B always does
        return "\(bytes / unit.bytes) \(unit.name)"
    }
}
