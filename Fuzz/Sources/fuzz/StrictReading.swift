/// One HTTP/1.1 message, read as RFC 9112 has it and no more kindly, by code that shares nothing with the daemons.
///
/// What the daemons write must be exactly one such message: bytes behind it would be another message to the next hop.
struct StrictReading: Equatable {
    var startLine: [UInt8] = []
    var fields: [(name: [UInt8], value: [UInt8])] = []
    var body: [UInt8] = []
    var trailers: [(name: [UInt8], value: [UInt8])] = []

    /// Reads all of `bytes` as one message; `nil` for anything else.
    ///
    /// The body of an answer may end with the connection. `hasBody` says whether the message has one, whatever its fields say.
    init?(_ bytes: [UInt8], isAnswer: Bool = false, hasBody: Bool = true) {
        var rest = bytes[...]
        guard let line = Self.line(&rest) else { return nil }
        startLine = Array(line)
        let words = line.split(separator: 0x20, maxSplits: isAnswer ? 2 : .max, omittingEmptySubsequences: false)
        let version = isAnswer ? words.first : words.last
        guard words.count >= 2, isAnswer || words.count == 3, version == Array("HTTP/1.1".utf8)[...] else { return nil }
        guard line.allSatisfy({ ($0 >= 0x20 || isAnswer && $0 == 9) && $0 != 0x7f }) else { return nil }
        guard isAnswer || words[0].allSatisfy(Self.isToken), words[1].allSatisfy({ $0 > 0x20 }), !words[1].isEmpty
        else { return nil }
        guard let fields = Self.fields(&rest) else { return nil }
        self.fields = fields
        let lengths = self["content-length"], codings = self["transfer-encoding"]
        guard isAnswer || self["host"].count == 1, lengths.count + codings.count <= 1 else { return nil }
        if !hasBody {
            guard rest.isEmpty else { return nil }
        } else if let length = lengths.first {
            guard !length.isEmpty, length.allSatisfy({ (0x30...0x39).contains($0) }),
                Int(String(decoding: length, as: UTF8.self)) == rest.count
            else { return nil }
            body = Array(rest)
        } else if let coding = codings.first {
            guard coding == Array("chunked".utf8), readChunks(&rest), rest.isEmpty else { return nil }
        } else if isAnswer {
            body = Array(rest)
        } else {
            guard rest.isEmpty else { return nil }
        }
    }

    /// The values of all fields of a name, which is in lower case.
    subscript(name: String) -> [[UInt8]] {
        fields.filter { String(decoding: $0.name, as: UTF8.self).lowercased() == name }.map(\.value)
    }

    private mutating func readChunks(_ rest: inout ArraySlice<UInt8>) -> Bool {
        while let size = Self.line(&rest) {
            guard (1...15).contains(size.count), let count = Int(String(decoding: size, as: UTF8.self), radix: 16),
                size.first != 0x2b, size.first != 0x2d
            else { return false }
            if count == 0 {
                guard let trailers = Self.fields(&rest) else { return false }
                self.trailers = trailers
                return true
            }
            guard count <= rest.count else { return false }
            body += rest.prefix(count)
            rest = rest.dropFirst(count)
            guard Self.line(&rest)?.isEmpty == true else { return false }
        }
        return false
    }

    /// Up to CR LF; a CR or an LF of its own is none.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }), rest[end...].starts(with: [13, 10])
        else { return nil }
        defer { rest = rest[(end + 2)...] }
        return rest[..<end]
    }

    private static func fields(_ rest: inout ArraySlice<UInt8>) -> [(name: [UInt8], value: [UInt8])]? {
        var fields: [(name: [UInt8], value: [UInt8])] = []
        while let line = line(&rest) {
            if line.isEmpty { return fields }
            guard let colon = line.firstIndex(of: 0x3a), colon > line.startIndex, line[..<colon].allSatisfy(isToken)
            else { return nil }
            var value = line[(colon + 1)...]
            while let first = value.first, first == 0x20 || first == 9 { value.removeFirst() }
            while let last = value.last, last == 0x20 || last == 9 { value.removeLast() }
            guard value.allSatisfy({ ($0 >= 0x20 || $0 == 9) && $0 != 0x7f }) else { return nil }
            fields.append((Array(line[..<colon]), Array(value)))
        }
        return nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    static func == (a: Self, b: Self) -> Bool {
        a.startLine == b.startLine && a.body == b.body && a.fields.elementsEqual(b.fields, by: ==)
            && a.trailers.elementsEqual(b.trailers, by: ==)
    }
}
