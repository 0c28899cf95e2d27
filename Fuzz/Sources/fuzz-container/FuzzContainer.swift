import DeltaEngine

/// What the first byte of an input asks for; the next two say where the base ends.
///
/// 0: decode the rest as a delta. 1: read it as a delta file. 2: encode it at every level, and decode that.
func test(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let rest = input.dropFirst(3)
    let baseCount = min(rest.count, Int(input[1]) << 8 | Int(input[2]))
    let base = Array(rest.prefix(baseCount))
    let content = Array(rest.dropFirst(baseCount))
    var decoder = DeltaDecoder(outputLimit: 1 << 20)
    switch input[0] % 3 {
    case 0:
        if let page = try? decoder.decode(content.span, base: base.span, expecting: nil) {
            precondition(page.count <= 1 << 20)
            let description = try! decoder.describe(content.span, base: base.span, segmentLimit: .max)
            precondition(description.pageBytes == page.count)
        }
        _ = try? decoder.decode(content.span, base: nil, expecting: nil)
    case 1:
        guard let file = try? DeltaFile(parsing: content.span) else { return }
        precondition(file.bytes == content)
        _ = try? file.rebuild(from: base.span, with: &decoder)
    default:
        var encoder = try! DeltaEncoder()
        let kept = try! DeltaBase(base)
        let version = PageVersion(of: content.span)
        for level in DeltaLevel.allCases {
            let delta = try! encoder.encode(content.span, against: kept, level: level)
            precondition(delta.count <= content.count + 1)
            let page = try! decoder.decode(delta.span, base: base.span, expecting: version)
            precondition(page == content)
        }
    }
}

/// What libFuzzer's own main calls with one input after another.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    test(unsafe Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
