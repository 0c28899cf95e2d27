/// How much of a message head is read before it is refused.
///
/// All in bytes, but for the count of fields.
package struct HeadLimits: Hashable, Sendable {
    /// The request's address; a longer one is a 414.
    ///
    /// RFC 9112 asks for at least 8,000.
    package var targetBytes = 16_384
    /// One field's line, and all lines together; more is a 431.
    package var fieldBytes = 65_536
    package var headBytes = 65_536
    /// More fields are a 431.
    package var fieldCount = 500
    /// A chunk's size line with its extensions, which mean nothing here.
    package var chunkLineBytes = 1_024

    package init() {}

    /// Limits for heads of so many bytes.
    package init(headBytes: Int) {
        (self.headBytes, fieldBytes, targetBytes) = (headBytes, headBytes, min(targetBytes, headBytes))
    }
}
