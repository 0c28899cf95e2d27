internal import HTTPRules
package import NIOCore
package import NIOHTTP1

/// An origin's answers out of bytes: incremental, strict, no I/O; the counterpart of ``RequestParser``.
package struct ResponseParser {
    private enum State {
        /// No request is open: a byte that comes now was not asked for.
        case idle
        case startLine(HTTPMethod)
        case fields(HTTPMethod, StartLine.Status, FieldSection)
        case body(BodyReader)
        case tunnel
        case failed
    }

    private var state = State.idle
    private var buffer = ByteBuffer()
    private var lines = LineReader()
    private let limits: HeadLimits

    package init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

    /// Whether no answer is under way and nothing came unasked: only then may the connection carry another request.
    package var isIdle: Bool {
        if case .idle = state { buffer.readableBytes == 0 } else { false }
    }

    /// A request goes out; its answer is expected now.
    ///
    /// Only when ``isIdle``: requests are not pipelined.
    package mutating func expectAnswer(to method: HTTPMethod) {
        guard isIdle else { return state = .failed }
        state = .startLine(method)
    }

    package mutating func append(_ bytes: consuming ByteBuffer) { buffer.take(bytes) }

    /// The next part that is complete; nil if more bytes are needed.
    ///
    /// After an error only errors follow.
    ///
    /// After the head of a 1xx another head follows, without an end between them. After a 101, bodies are the other protocol's.
    package mutating func next() throws(WireError) -> HTTPClientResponsePart? {
        do throws(WireError) {
            return try parse()
        } catch {
            state = .failed
            throw error
        }
    }

    private mutating func parse() throws(WireError) -> HTTPClientResponsePart? {
        while true {
            switch state {
            case .idle:
                guard buffer.readableBytes == 0 else { throw .bad("the origin sent bytes that nobody asked for") }
                return nil
            case .startLine(let method):
                guard let start = try startLine() else { return nil }
                state = .fields(method, start.0, FieldSection(startLineBytes: start.bytes))
            case .fields(let method, let start, var section):
                state = .idle  // so that `section` has one owner while it grows
                guard let fields = try section.next(&buffer, limits: limits) else {
                    state = .fields(method, start, section)
                    return nil
                }
                return try head(start, fields, method)
            case .body(var body):
                defer { if case .body = state { state = .body(body) } }
                switch try body.next(&buffer, limits: limits) {
                case nil: return nil
                case .bytes(let bytes): return .body(bytes)
                case .end(let trailers):
                    state = .idle
                    return .end(trailers)
                }
            case .tunnel:
                guard buffer.readableBytes > 0 else { return nil }
                defer { buffer = ByteBuffer() }
                return .body(buffer)
            case .failed: throw .bad("the connection has failed already")
            }
        }
    }

    private mutating func startLine() throws(WireError) -> (StartLine.Status, bytes: Int)? {
        try refuseGarbage()
        let tooLong = WireError.bad("the status line is longer than 8192 bytes")
        guard let length = try lines.nextLine(in: buffer, limit: 8_192, tooLong: tooLong) else { return nil }
        let line = try StartLine.status(buffer.readableBytesUInt8Span.extracting(0..<length))
        buffer.moveReaderIndex(forwardBy: length + 2)
        return (line, length + 2)
    }

    /// Garbage is known by its first bytes; it may never send a line end.
    private func refuseGarbage() throws(WireError) {
        let (bytes, http) = (buffer.readableBytesUInt8Span, "HTTP/" as StaticString)
        for index in 0..<min(bytes.count, 5) where unsafe http.utf8Start[index] != bytes[index] {
            throw .bad("the answer does not begin with HTTP/1")
        }
    }

    private mutating func head(
        _ start: StartLine.Status, _ fields: HTTPHeaders, _ method: HTTPMethod
    ) throws(WireError) -> HTTPClientResponsePart {
        let framing: BodyFraming
        do throws(FramingFault) {
            framing = try BodyFraming(
                answer: fields, status: start.status, version: start.version, requestMethod: method)
        } catch {
            throw WireError(error.status, error.reason)
        }
        switch start.status.code {
        case 101: state = .tunnel
        case 100..<200: state = .startLine(method)
        default: state = .body(BodyReader(framing))
        }
        return .head(HTTPResponseHead(version: start.version, status: start.status, headers: fields))
    }

    /// The origin sends no more.
    ///
    /// - Returns: The end of a body that ends with the connection.
    /// - Throws: If that cuts an answer short: it must never look complete.
    package mutating func finish() throws(WireError) -> HTTPClientResponsePart? {
        switch state {
        case .idle, .tunnel, .failed: return nil
        case .body(.untilClose):
            state = .idle
            return .end(nil)
        case .startLine where buffer.readableBytes == 0:
            state = .failed
            throw .cut("the origin closed the connection without an answer")
        case .startLine, .fields, .body:
            state = .failed
            throw .cut("the connection ended inside of an answer")
        }
    }
}
