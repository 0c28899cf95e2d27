import Foundation

/// Quantities as people read them: "266 B", "1.2 kB", "0.29 %", "3.4 GB/s", "12 µs".
///
/// Units are decimal (1 kB is 1000 bytes), as network bills count. Numbers carry two significant digits or more: what
/// stands before the decimal point is never rounded away. Pass `digits: 3` where near values are compared.
package enum Quantity {
    /// A number of bytes: exact below 1000.
    package static func bytes(_ count: Int, digits: Int = 2) -> String {
        count.magnitude < 1000 ? "\(count) B" : scaled(Double(count), unit: "B", digits: digits)
    }

    /// A share of a whole, where 1 is all of it: "0.29 %".
    package static func percent(_ share: Double, digits: Int = 2) -> String {
        share.isFinite ? number(100 * share, digits: digits) + " %" : "–"
    }

    /// How many times as much: "12×".
    package static func times(_ factor: Double, digits: Int = 2) -> String {
        factor.isFinite ? number(factor, digits: digits) + "×" : "–"
    }

    /// Bytes per second, "3.4 GB/s"; a dash where nothing was measured.
    package static func speed(bytesPerSecond: Double, digits: Int = 2) -> String {
        guard bytesPerSecond.isFinite, bytesPerSecond > 0 else { return "–" }
        return scaled(bytesPerSecond, unit: "B/s", digits: digits)
    }

    /// A length of time, from "12 ns" to "1 h 12 min".
    package static func duration(_ duration: Duration, digits: Int = 2) -> String {
        let seconds = duration / .seconds(1)
        if seconds >= 59.5 {
            let whole = Int(seconds.rounded())
            guard whole >= 3600 else { return "\(whole / 60) min \(whole % 60) s" }
            return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
        for (unit, factor) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] {
            let text = number(seconds * factor, digits: digits)
            if seconds * factor >= 1 || text == "1.0" { return "\(text) \(unit)" }
        }
        return "\(Int((seconds * 1e9).rounded())) ns"
    }

    /// A whole number with its thousands apart: "18,204".
    package static func count(_ count: Int) -> String {
        var text = String(count.magnitude)
        var end = text.endIndex
        while let comma = text.index(end, offsetBy: -3, limitedBy: text.startIndex), comma > text.startIndex {
            text.insert(",", at: comma)
            end = comma
        }
        return count < 0 ? "-" + text : text
    }

    /// A number of bytes to the byte: "1 byte", "18,204 bytes".
    package static func exactBytes(_ count: Int) -> String {
        count == 1 ? "1 byte" : "\(self.count(count)) bytes"
    }

    /// A number with at least so many significant digits, not in powers of ten.
    package static func number(_ value: Double, digits: Int = 2) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
        // 9.96 has one digit before the point, but becomes 10.0, which has two: round before looking.
        let rounded = Double(String(format: "%.\(digits - 1)e", value)) ?? value
        let before = Int(log10(abs(rounded)).rounded(.down)) + 1
        return String(format: "%.\(min(12, max(0, digits - before)))f", value)
    }

    private static func scaled(_ value: Double, unit: String, digits: Int) -> String {
        var value = value
        var prefixes = ["", "k", "M", "G", "T"][...]
        while prefixes.count > 1, abs(value) >= 999.5 {
            value /= 1000
            prefixes.removeFirst()
        }
        return "\(number(value, digits: digits)) \(prefixes.first!)\(unit)"
    }
}
