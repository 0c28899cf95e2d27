/// What is wrong with the value of a `Railgun` field.
package struct RailgunHeaderError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

extension RailgunHeader {
    /// Reads a field's value, exactly as ``text`` writes it.
    package init(parsing text: String) throws(RailgunHeaderError) {
        var rest = Substring(text)
        let connection = try Self.take(&rest, "the connection")
        guard connection.utf8.count == 10, connection.utf8.allSatisfy(\.isHexDigit),
            let number = UInt64(connection, radix: 16)
        else { throw RailgunHeaderError("the connection, \(quoted(connection)), is not 10 hex digits") }
        let passage = try Self.takePassage(&rest)
        let time = try Self.time(Self.take(&rest, "the origin's time"))
        let flags = try Self.take(&rest, "the flags")
        guard flags.utf8.count == 4, flags.hasPrefix("0x"), let bits = UInt8(flags.dropFirst(2), radix: 16),
            flags.utf8.dropFirst(2).allSatisfy(\.isHexDigit), Flags.all.isSuperset(of: Flags(rawValue: bits))
        else { throw RailgunHeaderError("the flags, \(quoted(flags)), are not 0x00 to 0x7f") }
        guard !rest.isEmpty, rest.utf8.count <= 32, rest.utf8.allSatisfy(Self.isVersionByte) else {
            throw RailgunHeaderError("the version, \(quoted(rest)), is not 1 to 32 letters, digits, dots or hyphens")
        }
        self.init(
            connection: number, passage: passage, originTime: time, flags: Flags(rawValue: bits), version: String(rest))
    }

    private static func take(_ rest: inout Substring, _ what: String) throws(RailgunHeaderError) -> Substring {
        guard let space = rest.firstIndex(of: " ") else { throw RailgunHeaderError("it ends before or in \(what)") }
        defer { rest = rest[rest.index(after: space)...] }
        return rest[..<space]
    }

    private static func takePassage(_ rest: inout Substring) throws(RailgunHeaderError) -> Passage {
        if rest.hasPrefix("direct (") {
            guard let close = rest.firstIndex(of: ")"), rest[close...].hasPrefix(") ") else {
                throw RailgunHeaderError("the reason after direct has no end")
            }
            let reason = rest[..<close].dropFirst(8)
            guard !reason.isEmpty, reason.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7F && $0 != UInt8(ascii: "(") }) else {
                throw RailgunHeaderError("the reason after direct is empty or not plain text")
            }
            rest = rest[close...].dropFirst(2)
            return .direct(reason: String(reason))
        }
        let word = try take(&rest, "the ratio")
        switch word {
        case "stream": return .stream
        case "normal": return .normal
        default:
            guard let points = fixed(word, decimals: 2, wholeDigits: 9) else {
                throw RailgunHeaderError("\(quoted(word)) is neither a ratio like 0.29, nor stream, normal or direct")
            }
            return .delta(ratioBasisPoints: points)
        }
    }

    private static func time(_ text: Substring) throws(RailgunHeaderError) -> Duration {
        guard let micros = fixed(text, decimals: 6, wholeDigits: 9) else {
            throw RailgunHeaderError("the origin's time, \(quoted(text)), is not in seconds like 0.037872")
        }
        return .microseconds(micros)
    }

    /// `12.34` as 1234, for two decimals.
    private static func fixed(_ text: Substring, decimals: Int, wholeDigits: Int) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, 1...wholeDigits ~= parts[0].utf8.count, parts[1].utf8.count == decimals,
            parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) })
        else { return nil }
        return Int(parts[0] + parts[1])
    }

    private static func isVersionByte(_ byte: UInt8) -> Bool {
        byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte.asciiLowercased)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}

/// At most 40 characters of what somebody else wrote, safe to show.
private func quoted(_ text: Substring) -> String { String(text.prefix(40)).debugDescription }
