internal import HTTPRules
package import NIOCore
package import NIOHTTP1

/// Requests out of bytes: incremental, strict, no I/O.
///
/// Why not NIOHTTP1's decoder: it refuses most of what must be refused, but not `RTSP/1.0` in HTTP's place, a second space in
/// the request line or a megabyte of chunk extensions; it knows a fixed list of methods, hands out a head whose framing it
/// refuses one call later, turns bytes that aren't UTF-8 into U+FFFD, and can't stop after one of several pipelined requests.
/// A guard before it would need to follow heads and chunks, which is nearly all that this parser does.
package struct RequestParser {
    private enum State {
        case startLine
        case fields(StartLine.Request, FieldSection)
        case body(BodyReader)
        case tunnel
        case failed
    }

    private var state = State.startLine
    private var buffer = ByteBuffer()
    private var lines = LineReader()
    private let limits: HeadLimits

    package init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

    /// Bytes that came and have not been handed out.
    package var bufferedBytes: Int { buffer.readableBytes }

    /// Whether a request has begun and not ended.
    package var isInsideMessage: Bool {
        switch state {
        case .startLine: buffer.readableBytes > 0
        case .fields, .body: true
        case .tunnel, .failed: false
        }
    }

    package mutating func append(_ bytes: consuming ByteBuffer) { buffer.take(bytes) }

    /// The connection now carries another protocol: all that came and comes is handed out as bodies.
    package mutating func becomeTunnel() { state = .tunnel }

    /// The next part that is complete; nil if more bytes are needed.
    ///
    /// After an error only errors follow.
    package mutating func next() throws(WireError) -> HTTPServerRequestPart? {
        do throws(WireError) {
            return try parse()
        } catch {
            state = .failed
            throw error
        }
    }

    private mutating func parse() throws(WireError) -> HTTPServerRequestPart? {
        while true {
            switch state {
            case .startLine:
                guard let start = try startLine() else { return nil }
                state = .fields(start.0, FieldSection(startLineBytes: start.bytes))
            case .fields(let start, var section):
                state = .startLine  // so that `section` has one owner while it grows
                guard let fields = try section.next(&buffer, limits: limits) else {
                    state = .fields(start, section)
                    return nil
                }
                state = .body(BodyReader(try framing(fields, start.version)))
                return .head(
                    HTTPRequestHead(version: start.version, method: start.method, uri: start.target, headers: fields))
            case .body(var body):
                defer { if case .body = state { state = .body(body) } }
                switch try body.next(&buffer, limits: limits) {
                case nil: return nil
                case .bytes(let bytes): return .body(bytes)
                case .end(let trailers):
                    state = .startLine
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

    private mutating func startLine() throws(WireError) -> (StartLine.Request, bytes: Int)? {
        guard try skipEmptyLines() else { return nil }
        let limit = limits.targetBytes + 64  // method and version
        guard let length = try lines.nextLine(in: buffer, limit: limit, tooLong: StartLine.tooLongTarget(limits)) else {
            return nil
        }
        let line = try StartLine.request(buffer.readableBytesUInt8Span.extracting(0..<length), limits: limits)
        buffer.moveReaderIndex(forwardBy: length + 2)
        return (line, length + 2)
    }

    /// Empty lines before a request are leftovers of old clients (RFC 9112, 2.2).
    ///
    /// - Returns: Whether a request's first byte is there.
    private mutating func skipEmptyLines() throws(WireError) -> Bool {
        while let first = buffer.peekInteger(as: UInt8.self) {
            if first.isTokenByte { return true }
            let pair = buffer.peekInteger(as: UInt16.self)
            guard first == 0x0D, pair == nil || pair == 0x0D0A else {
                throw .bad("the request does not begin with a method")
            }
            guard pair != nil else { return false }
            buffer.moveReaderIndex(forwardBy: 2)
        }
        return false
    }

    private func framing(_ fields: HTTPHeaders, _ version: HTTPVersion) throws(WireError) -> BodyFraming {
        do {
            return try BodyFraming(request: fields, version: version)
        } catch {
            throw WireError(error.status, error.reason)
        }
    }

    /// The other end sends no more.
    ///
    /// - Throws: If that cuts a request short; a started request must never look complete.
    package mutating func finish() throws(WireError) {
        guard isInsideMessage else { return }
        state = .failed
        throw .bad("the connection ended inside of a request")
    }
}

extension ByteBuffer {
    /// Appends `bytes`, without a copy where nothing is left over.
    mutating func take(_ bytes: consuming ByteBuffer) {
        if readableBytes == 0 { self = bytes } else { writeImmutableBuffer(bytes) }
    }
}
