import Foundation

/// A line of the log under construction, in one of the two forms, in memory that is used again for the next line.
///
/// Values are escaped: whatever a client sends stays on its line and in its field.
struct LineWriter {
    private let isJSON: Bool
    private var second = -1
    private var secondText: [UInt8] = []
    private var isFirstField = true
    /// The line so far.
    private(set) var bytes: [UInt8] = []

    /// Longer values are cut: a client may send 32 kB in a target.
    private static let greatestValueBytes = 1_024

    init(format: LogSettings.Format) { isJSON = format == .json }

    /// Starts a line with its time.
    mutating func start(level: StaticString) {
        bytes.removeAll(keepingCapacity: true)
        isFirstField = true
        if isJSON { bytes += "{\"time\":\"".utf8 }
        appendTime()
        if isJSON { bytes += "\",\"level\":\"".utf8 } else { bytes.append(0x20) }
        append(level)
        if isJSON {
            bytes.append(0x22)
            isFirstField = false
        } else {
            for _ in level.utf8CodeUnitCount..<8 { bytes.append(0x20) }  // "critical" and "warning" end in one column
        }
    }

    /// Adds a value; in text, without its name when `isBare`, and filled up to `width`.
    ///
    /// Where JSON needs another name, because its numbers have no unit, it is `json`.
    mutating func field(
        _ name: StaticString, json: StaticString? = nil, _ value: String, isBare: Bool = false, width: Int = 0
    ) {
        startField(isJSON ? json ?? name : name, isBare: isBare)
        let start = bytes.count
        if isJSON { bytes.append(0x22) }
        escape(value)
        if isJSON { bytes.append(0x22) } else { fill(from: start, to: width) }
    }

    /// Adds a number.
    mutating func field(
        _ name: StaticString, json: StaticString? = nil, _ value: Int, isBare: Bool = false, width: Int = 0
    ) {
        startField(isJSON ? json ?? name : name, isBare: isBare)
        let start = bytes.count
        append(value)
        if !isJSON { fill(from: start, to: width) }
    }

    /// Adds a time, or that there is none: in milliseconds with three places, which in text have their unit.
    mutating func field(_ name: StaticString, json: StaticString, nanoseconds: Int64?, width: Int = 0) {
        startField(isJSON ? json : name, isBare: false)
        let start = bytes.count
        if let nanoseconds {
            appendThousandths(Int(max(0, nanoseconds) / 1_000))
            if !isJSON { bytes += "ms".utf8 }
        } else {
            bytes += (isJSON ? "null" : "-").utf8
        }
        if !isJSON { fill(from: start, to: width) }
    }

    /// Adds a share of 10,000 as per cent with two places.
    mutating func field(_ name: StaticString, json: StaticString, hundredths value: Int, width: Int = 0) {
        startField(isJSON ? json : name, isBare: false)
        let start = bytes.count
        append(value / 100)
        bytes.append(0x2E)
        appendDigits(value % 100, count: 2)
        if !isJSON {
            bytes.append(0x25)
            fill(from: start, to: width)
        }
    }

    /// Adds a field whose name is not known beforehand.
    mutating func field(named name: String, _ value: String) {
        if isJSON {
            bytes += ",\"".utf8
            escape(name)
            bytes += "\":\"".utf8
            escape(value)
            bytes.append(0x22)
        } else {
            bytes.append(0x20)
            escape(name)
            bytes.append(0x3D)
            escape(value)
        }
    }

    /// Adds a sentence for people: spaces stay as they are.
    mutating func message(_ text: String) {
        startField("message", isBare: true)
        if isJSON { bytes.append(0x22) }
        escape(isJSON ? text : text.printable, isSentence: true)
        if isJSON { bytes.append(0x22) }
    }

    /// Ends the line.
    mutating func end() {
        if isJSON {
            bytes += "}\n".utf8
        } else {
            while bytes.last == 0x20 { bytes.removeLast() }
            bytes.append(0x0A)
        }
    }

    private mutating func startField(_ name: StaticString, isBare: Bool) {
        if isJSON {
            bytes += (isFirstField ? "\"" : ",\"").utf8
            append(name)
            bytes += "\":".utf8
        } else {
            bytes.append(0x20)
            if !isBare {
                append(name)
                bytes.append(0x3D)
            }
        }
        isFirstField = false
    }

    private mutating func fill(from start: Int, to width: Int) {
        while bytes.count - start < width { bytes.append(0x20) }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ number: Int) {
        if number < 0 { bytes.append(0x2D) }
        var count = 1
        var rest = number.magnitude / 10
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        appendDigits(Int(clamping: number.magnitude), count: count)
    }

    private mutating func appendDigits(_ number: Int, count: Int) {
        let end = bytes.count + count
        for _ in 0..<count { bytes.append(0x30) }
        var (rest, place) = (number, end)
        for _ in 0..<count {
            place -= 1
            bytes[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }

    private mutating func appendThousandths(_ value: Int) {
        append(value / 1_000)
        bytes.append(0x2E)
        appendDigits(value % 1_000, count: 3)
    }

    /// `2026-11-21T10:20:30.123Z`; the part up to the second is made once a second.
    private mutating func appendTime() {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != second {
            second = now.tv_sec
            var parts = unsafe tm()
            var time = now.tv_sec
            unsafe gmtime_r(&time, &parts)
            var text = [CChar](repeating: 0, count: 32)
            let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S.", &parts)
            secondText = text[..<count].map { UInt8(bitPattern: $0) }
        }
        bytes += secondText
        appendDigits(now.tv_nsec / 1_000_000, count: 3)
        bytes.append(0x5A)
    }

    /// In text, a value has no space and nothing but ASCII; in JSON, what JSON allows, without control characters.
    private mutating func escape(_ value: String, isSentence: Bool = false) {
        let isPlain = unsafe value.utf8.withContiguousStorageIfAvailable { text in
            guard text.count <= Self.greatestValueBytes, unsafe text.allSatisfy(Self.isPlain) else { return false }
            unsafe bytes.append(contentsOf: text)  // almost every value: all at once
            return !text.isEmpty
        }
        if isPlain == true { return }
        var left = Self.greatestValueBytes
        for byte in value.utf8 {
            left -= 1
            // A cut stands between characters, not inside of one.
            if left < 0, byte & 0xC0 != 0x80 {
                bytes += (isJSON ? "…" : "...").utf8
                return
            }
            switch byte {
            case 0x22 where isJSON || !isSentence, 0x5C where isJSON || !isSentence:
                bytes.append(0x5C)
                bytes.append(byte)
            case 0x20 where isSentence || isJSON: bytes.append(byte)
            case 0x21..<0x7F: bytes.append(byte)
            case 0x80... where isJSON || isSentence: bytes.append(byte)
            default:
                bytes += (isJSON ? "\\u00" : "\\x").utf8
                bytes.append(Self.hexadecimal(byte >> 4))
                bytes.append(Self.hexadecimal(byte & 15))
            }
        }
        if value.isEmpty, !isJSON { bytes.append(0x2D) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { 0x21..<0x7F ~= byte && byte != 0x22 && byte != 0x5C }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }
}
