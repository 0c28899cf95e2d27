import Glibc

/// An address of IPv4 (4 bytes) or IPv6 (16 bytes).
struct IPAddress {
    private let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Reads one as people write it; `nil` for anything else.
    init?(_ text: String, isIPv4: Bool) {
        var bytes = [UInt8](repeating: 0, count: isIPv4 ? 4 : 16)
        guard !text.utf8.contains(0) else { return nil }  // inet_pton would read up to it, and be content
        guard unsafe inet_pton(isIPv4 ? AF_INET : AF_INET6, text, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    /// As people write it: short, in lower case.
    var text: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = unsafe inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
