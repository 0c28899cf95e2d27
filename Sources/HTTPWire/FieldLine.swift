internal import HTTPRules

/// One field line, `name: value`, without its line end.
enum FieldLine {
    /// Cuts `line` into name and value, or says why it is no field (RFC 9112, section 5).
    @inline(__always)
    static func parse(_ line: Span<UInt8>) throws(WireError) -> (String, String) {
        var colon = 0
        while colon < line.count, line[colon].isTokenByte { colon += 1 }
        guard colon < line.count, colon > 0, line[colon] == UInt8(ascii: ":") else { throw nameFault(line, at: colon) }
        var (start, end) = (colon + 1, line.count)
        while start < end, isBlank(line[start]) { start += 1 }
        while end > start, isBlank(line[end - 1]) { end -= 1 }
        for index in start..<end where !line[index].isFieldValueByte {
            throw .bad("the value of field \(FieldText.string(line.extracting(0..<colon))) has a control character")
        }
        return (FieldText.string(line.extracting(0..<colon)), FieldText.string(line.extracting(start..<end)))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func nameFault(_ line: Span<UInt8>, at position: Int) -> WireError {
        if position == 0, !line.isEmpty, isBlank(line[0]) { return .bad("a field line begins with white space") }
        if position == line.count { return .bad("a field line has no colon") }
        if position == 0 { return .bad("a field has no name") }
        return isBlank(line[position])
            ? .bad("there is white space between a field's name and its colon")
            : .bad("a field's name has a character that is not allowed in names")
    }
}
