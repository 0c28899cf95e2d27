internal import NIOCore
internal import NIOHTTP1

/// Heads and chunks as bytes.
///
/// Adds nothing: what the head says is what goes out.
enum HeadWriter {
    static func write(_ head: HTTPRequestHead, to buffer: inout ByteBuffer) {
        buffer.writeString(head.method.rawValue)
        buffer.writeStaticString(" ")
        buffer.writeString(head.uri)
        buffer.writeStaticString(" HTTP/1.1\r\n")
        write(head.headers, to: &buffer)
    }

    static func write(_ head: HTTPResponseHead, to buffer: inout ByteBuffer) {
        if head.status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeStaticString("HTTP/1.1 ")
            buffer.writeString(String(head.status.code))
            buffer.writeStaticString(" ")
            FieldText.write(head.status.reasonPhrase, to: &buffer)
            buffer.writeStaticString("\r\n")
        }
        write(head.headers, to: &buffer)
    }

    /// The fields and the empty line.
    static func write(_ fields: HTTPHeaders, to buffer: inout ByteBuffer) {
        for (name, value) in fields {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            FieldText.write(value, to: &buffer)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// `1f40\r\n`, for a chunk of that many bytes.
    static func writeChunkSize(_ bytes: Int, to buffer: inout ByteBuffer) {
        buffer.writeString(String(bytes, radix: 16))
        buffer.writeStaticString("\r\n")
    }

    /// The last chunk with `trailers`.
    static func writeLastChunk(_ trailers: HTTPHeaders?, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("0\r\n")
        write(trailers ?? HTTPHeaders(), to: &buffer)
    }
}
