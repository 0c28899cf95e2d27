import HTTPRules
@testable import HTTPWire
import NIOCore
import NIOHTTP1
@testable import Operations
import ProxyProtocol

/// Values of single fields and words, and the PROXY header.
///
/// What is read and written again stays what it was.
///
/// The first byte says which of them.
func testTexts(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    let text = String(decoding: bytes, as: UTF8.self)
    switch first % 10 {
    case 0:
        guard let header = try? RailgunHeader(parsing: text) else { return }
        precondition((try? RailgunHeader(parsing: header.text)) == header && !header.describe.isEmpty)
        precondition(header.text.utf8.allSatisfy { 0x20 <= $0 && $0 < 0x7f })
    case 1:
        guard Authority.isValid(text) else { return }
        let (host, port) = Authority.split(text, defaultPort: 80)
        precondition(!host.isEmpty && (0...65_535).contains(port))
        precondition(text.utf8.allSatisfy { 0x21 <= $0 && $0 < 0x7f && $0 != 0x40 && $0 != 0x2f })
    case 2: _ = AcceptEncoding([text, text]).acceptsGzip
    case 3:
        let seconds = bytes.prefix(5).reduce(0) { $0 << 8 | Int($1) } % 253_402_300_800
        precondition(HTTPDate.text(secondsSince1970: seconds).utf8.count == 29)
    case 4: checkProxyHeader(bytes)
    case 5:
        // Any bytes of a field's value come out as they came.
        let value = FieldText.string(bytes.span)
        var written = ByteBuffer()
        FieldText.write(value, to: &written)
        precondition(Array(buffer: written) == bytes)
    case 6:
        guard let address = HostAndPort(text, defaultPort: 80) else { return }
        precondition(HostAndPort(address.description) == address && !address.host.isEmpty)
    case 7:
        guard let range = AddressRange(text) else { return }
        precondition(!text.contains("/") == false || range.contains(text))
    case 8:
        if let duration = DurationText(text, unit: .milliseconds) { precondition(duration.duration >= .zero) }
        if let count = ByteCount(text) { precondition(count.bytes >= 0) }
    default:
        let type = MediaType(contentType: text)
        precondition(type == MediaType(contentType: text))
        var options = ConnectionOptions()
        options.add(text)
        precondition(options.named.allSatisfy { $0 == $0.lowercased() })
    }
}

/// However it is cut, a PROXY header is the same, and what is behind it doesn't matter.
private func checkProxyHeader(_ bytes: [UInt8]) {
    let whole = ProxyHeader.read(bytes)
    guard case .header(_, let byteCount) = whole else {
        if case .incomplete = whole { precondition(bytes.count < ProxyHeader.maxBytes) }
        return
    }
    precondition(byteCount <= min(bytes.count, ProxyHeader.maxBytes))
    precondition(ProxyHeader.read(bytes.prefix(byteCount)) == whole)
    precondition(ProxyHeader.read(bytes.prefix(byteCount) + [0, 13, 10]) == whole)
    for length in Set([0, 1, 12, 15, 16, byteCount / 2, byteCount - 1]) where length < byteCount {
        precondition(ProxyHeader.read(bytes.prefix(length)) == .incomplete)
    }
}
