internal import NIOCore

/// Takes lines off a buffer, each ended by CR LF and by nothing else, without looking at any byte twice.
struct LineReader {
    /// How far the line at hand has been searched.
    private var searched = 0

    /// The length of the next line without its CR LF, which stays in `buffer`; nil while its end has not come.
    ///
    /// - `limit`: The most bytes, line end included.
    /// - Throws: `tooLong` past `limit`; a 400 for a line feed without a carriage return.
    mutating func nextLine(
        in buffer: ByteBuffer, limit: Int, tooLong: @autoclosure () -> WireError
    ) throws(WireError) -> Int? {
        let view = buffer.readableBytesView
        let start = view.startIndex
        guard let end = view[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = view.count
            guard searched <= limit else { throw tooLong() }
            return nil
        }
        let length = end - start
        guard length < limit else { throw tooLong() }
        guard length > 0, view[end - 1] == UInt8(ascii: "\r") else {
            throw .bad("a line ends with a line feed that has no carriage return before it")
        }
        searched = 0
        return length - 1
    }
}
