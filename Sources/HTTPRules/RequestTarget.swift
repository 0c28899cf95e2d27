internal import NIOHTTP1

/// Where a request goes: the forms of RFC 9112, section 3.2, brought to one.
struct RequestTarget {
    /// Path and query, or `*`.
    let path: String
    /// From the absolute form; it wins over Host.
    let authority: String?

    private init(path: String, authority: String?) {
        self.path = path
        self.authority = authority
    }

    init(_ text: String, method: HTTPMethod) throws(Refusal) {
        guard !text.isEmpty, text.utf8.allSatisfy({ 0x21 <= $0 && $0 <= 0x7E && $0 != UInt8(ascii: "#") }) else {
            throw Refusal(
                .badRequest, "the address has a space, a control character, an unencoded letter or a fragment")
        }
        if text.utf8.first == UInt8(ascii: "/") {
            self.init(path: text, authority: nil)
        } else if text == "*" {
            guard method == .OPTIONS else { throw Refusal(.badRequest, "only OPTIONS may ask for *") }
            self.init(path: text, authority: nil)
        } else {
            try self.init(absolute: text, method: method)
        }
    }

    private init(absolute text: String, method: HTTPMethod) throws(Refusal) {
        let prefix = text.utf8.prefix(8)
        let start = prefix.prefix(7).equalsIgnoringCase("http://") ? 7 : prefix.equalsIgnoringCase("https://") ? 8 : nil
        guard let start else { throw Refusal(.badRequest, "the address is neither a path nor an http address") }
        let rest = text.utf8.dropFirst(start)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        authority = String(Substring(rest[..<end]))
        let tail = String(Substring(rest[end...]))
        // RFC 9112, 3.2.4: OPTIONS for a whole site loses its scheme and authority, and is left with the asterisk.
        path =
            tail.isEmpty ? (method == .OPTIONS ? "*" : "/") : tail.utf8.first == UInt8(ascii: "?") ? "/" + tail : tail
    }
}
