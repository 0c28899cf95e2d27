import DeltaEngine

// Kept from input to input, as the daemons keep theirs: what one leaves behind must not matter to the next.
private nonisolated(unsafe) var encoder = try! DeltaEncoder()
private nonisolated(unsafe) var decoder = DeltaDecoder(outputLimit: 1 << 20)

/// What the first byte of an input asks for; the next two say where the base ends.
///
/// 0: decode the rest as a delta. 1: read it as a delta file. 2: encode it at one of the levels, and decode that.
func testDeltas(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let rest = input.dropFirst(3)
    let baseCount = min(rest.count, Int(input[1]) << 8 | Int(input[2]))
    let base = Array(rest.prefix(baseCount))
    let content = Array(rest.dropFirst(baseCount))
    switch input[0] % 3 {
    case 0:
        if let page = try? decoder.decode(content.span, base: base.span, expecting: nil) {
            precondition(page.count <= 1 << 20)
            let description = try! decoder.describe(content.span, base: base.span, segmentLimit: .max)
            precondition(description.pageBytes == page.count)
        }
        let alone = try? decoder.decode(content.span, base: nil, expecting: nil)
        let read = readInPieces(content, pieceBytes: Int(input[0] / 3) + 1)
        if content.first == 3 { precondition(read == alone) }
    case 1:
        guard let file = try? DeltaFile(parsing: content.span) else { return }
        precondition(file.bytes == content)
        _ = try? file.rebuild(from: base.span, with: &decoder)
    default:
        let kept = try! DeltaBase(base)
        let version = PageVersion(of: content.span)
        let level = DeltaLevel.allCases[Int(input[0] / 3) % DeltaLevel.allCases.count]
        let delta = try! encoder.encode(content.span, against: kept, level: level, microseconds: Int(input[1]))
        precondition(delta.count <= content.count + 1)
        let page = try! decoder.decode(delta.span, base: base.span, expecting: version)
        precondition(page == content)
    }
}

/// What a reader of pieces makes of a delta of kind 3; `nil` where that isn't all of its page.
private func readInPieces(_ delta: [UInt8], pieceBytes: Int) -> [UInt8]? {
    var announced = 0
    for (place, byte) in delta.dropFirst().prefix(5).enumerated() {
        announced |= Int(byte & 0x7f) << (7 * place)
        if byte < 0x80 { break }
    }
    guard announced <= 1 << 20, var reader = PageReader(startOf: delta.span, pageBytes: announced) else { return nil }
    for start in stride(from: reader.headerBytes, to: delta.count, by: pieceBytes) {
        let piece = Array(delta[start..<min(start + pieceBytes, delta.count)])
        guard (try? reader.read(piece.span)) != nil else { return nil }
        precondition(reader.page.count <= announced)
    }
    guard let version = try? reader.version() else { return nil }
    precondition(version == PageVersion(of: reader.page.span))
    return reader.page
}
