import Foundation
import NIOCore

extension Settings {
    /// Takes the value for `key` as `parse` reads it.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - expected: What would be right, for the message: "1 … 16".
    ///   - parse: Gives `nil` for what is not right.
    /// - Returns: `nil` when the file says nothing, or something wrong, which then is noted.
    package mutating func take<Value>(_ key: String, expected: String, parse: (String) -> Value?) -> Value? {
        guard let entry = take(key) else { return nil }
        if let value = parse(entry.value) { return value }
        refuse(key, "use \(expected)")
        return nil
    }

    /// The same for what may be left empty, which is the same as nothing.
    mutating func takeUnlessEmpty<Value>(_ key: String, expected: String, parse: (String) -> Value?) -> Value? {
        // Two optionals: whether the value is right, and whether there is one. What is not right must not end as none.
        let right: Value?? = take(key, expected: expected) { text -> Value?? in
            if text.isEmpty { return .some(nil) }
            return parse(text).map { .some($0) }
        }
        return right ?? nil
    }

    /// Takes a whole number.
    package mutating func take(_ key: String, default value: Int, in range: ClosedRange<Int>) -> Int {
        take(key, expected: "\(range.lowerBound) … \(range.upperBound)") {
            wholeNumber($0).flatMap { range.contains($0) ? $0 : nil }
        } ?? value
    }

    /// Takes a switch: 0 or 1.
    package mutating func take(_ key: String, default value: Bool) -> Bool { takeFlag(key) ?? value }

    /// Takes a switch that may be left open: empty, 0 or 1.
    package mutating func takeFlag(_ key: String) -> Bool? {
        take(key, expected: "0 or 1") { (value) -> Bool?? in
            switch value {
            case "": .some(nil)
            case "0": false
            case "1": true
            default: nil
            }
        } ?? nil
    }

    /// Takes one of a few words.
    package mutating func take<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, default value: Choice
    ) -> Choice {
        take(key, expected: Choice.allCases.map(\.rawValue).joined(separator: " or "), parse: Choice.init) ?? value
    }

    /// Takes a duration: a whole number and ms, s, min, h or d; a number alone counts `unit`s.
    package mutating func take(
        _ key: String, default value: Duration, in range: ClosedRange<Duration>, unit: DurationText.Unit = .seconds
    ) -> Duration {
        take(key, expected: "\(DurationText(range.lowerBound)) … \(DurationText(range.upperBound))") { text in
            DurationText(text, unit: unit).flatMap { range.contains($0.duration) ? $0.duration : nil }
        } ?? value
    }

    /// Takes a number of bytes: a whole number and B, kB, MB, GB, TB (1000), KiB, MiB, GiB or TiB (1024).
    package mutating func takeBytes(_ key: String, default value: Int, in range: ClosedRange<Int>) -> Int {
        take(key, expected: "\(ByteCount(range.lowerBound)) … \(ByteCount(range.upperBound))") { text in
            ByteCount(text).flatMap { range.contains($0.bytes) ? $0.bytes : nil }
        } ?? value
    }

    /// Takes a text; an empty one is the same as none.
    package mutating func takeText(_ key: String) -> String? {
        guard let value = take(key)?.value, !value.isEmpty else { return nil }
        return value
    }

    /// Takes the path of a file that need not be there.
    package mutating func takePath(_ key: String) -> String? { takeText(key).map(path) }

    /// Takes the path of a file that has to be there and be readable.
    package mutating func takeReadableFile(_ key: String) -> String? {
        guard let path = takePath(key) else { return nil }
        var isFolder: ObjCBool = false
        if unsafe !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            refuse(key, "there is no file \(path)")
        } else if isFolder.boolValue {
            refuse(key, "\(path) is a folder, not a file")
        } else if !FileManager.default.isReadableFile(atPath: path) {
            refuse(key, "\(path) can't be read by this user")
        }
        return path
    }

    /// Takes an address to accept connections at; an empty value is none.
    package mutating func takeAddress(_ key: String) -> HostAndPort? {
        take(key, expected: "one ADDRESS:PORT, such as 127.0.0.1:8081") { value -> HostAndPort?? in
            guard let addresses = Self.listening(value), addresses.count <= 1 else { return nil }
            return .some(addresses.first)
        } ?? nil
    }

    /// Takes addresses to accept connections at, separated by spaces; an empty value is none.
    package mutating func takeAddresses(_ key: String, default value: [HostAndPort]) -> [HostAndPort] {
        take(
            key, expected: "ADDRESS:PORT …, such as 127.0.0.1:8080, 0.0.0.0:8080 (all of IPv4) or [::]:8080 (all)",
            parse: Self.listening) ?? value
    }

    /// Addresses of this machine; port 0 lets the system choose.
    private static func listening(_ value: String) -> [HostAndPort]? {
        value.words { word in
            HostAndPort(word, ports: 0...65535).flatMap { $0.isAddress || $0.host == "localhost" ? $0 : nil }
        }
    }

    /// Takes the IP address of one of this machine's interfaces.
    package mutating func takeInterface(_ key: String) -> String? {
        take(key, expected: "an address of this machine, such as 127.0.0.1, or nothing for all") { value -> String?? in
            if value.isEmpty { return .some(nil) }
            return (try? SocketAddress(ipAddress: value, port: 0)) == nil ? nil : value
        } ?? nil
    }
}

extension String {
    /// The words as `parse` reads them; `nil` when one of them is not right.
    func words<Value>(_ parse: (String) -> Value?) -> [Value]? {
        let words = split(whereSeparator: \.isWhitespace).map(String.init)
        let values = words.compactMap(parse)
        return values.count == words.count ? values : nil
    }
}
