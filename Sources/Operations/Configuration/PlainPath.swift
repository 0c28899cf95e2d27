/// Paths as lines of the configuration name them, and what of a request's path may mean the same.
enum PlainPath {
    private static let slash = UInt8(ascii: "/")

    /// Whether a path can stand in a line: empty, or as a browser sends it where nothing in it is encoded.
    static func isPlain(_ path: [UInt8]) -> Bool {
        guard let first = path.first else { return true }
        return first == slash
            && !path.contains { [0x23, 0x25, 0x3B, 0x3F, 0x5C].contains($0) || $0 <= 0x20 || $0 >= 0x7F }
            && bytes(of: path) == nil
    }

    /// A path as it is kept: in lower case, as some servers don't tell both apart, and without a slash at its end.
    static func folded(_ path: [UInt8]) -> [UInt8] {
        var folded = path.map(\.asciiLowercased)
        if folded.last == slash { folded.removeLast() }
        return folded
    }

    /// Whether a request's path is a folded one, or below it.
    static func path(_ path: [UInt8], isWithin folded: [UInt8]) -> Bool {
        guard path.count >= folded.count, zip(path, folded).allSatisfy({ $0.asciiLowercased == $1 }) else {
            return false
        }
        return path.count == folded.count || folded.isEmpty || path[folded.count] == slash
            || path[folded.count] == UInt8(ascii: ";")
    }

    /// Another reading of a path: decoded, with single slashes, and without `.` and `..`; `nil` where there is none.
    static func bytes(of path: some Collection<UInt8>) -> [UInt8]? {
        var before: UInt8 = 0
        let isOdd = path.contains { byte in
            defer { before = byte }
            return byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\")
                || before == slash && (byte == slash || byte == UInt8(ascii: "."))
        }
        guard isOdd else { return nil }
        var segments: [[UInt8]] = []
        for segment in decoded(path).split(separator: slash) {
            // `;` begins parameters, which servers leave out before they look at dots.
            switch segment.prefix(while: { $0 != UInt8(ascii: ";") }) {
            case [0x2E]: continue
            case [0x2E, 0x2E]: _ = segments.popLast()
            default: segments.append(Array(segment))
            }
        }
        return segments.flatMap { [slash] + $0 } + (segments.isEmpty ? [slash] : [])
    }

    private static func decoded(_ path: some Collection<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = path[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(hexDigit),
                let low = rest.dropFirst().first.flatMap(hexDigit)
            {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded.map { $0 == UInt8(ascii: "\\") ? slash : $0 }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte & 0x5F) - 0x37
        default: nil
        }
    }
}
