import HTTPWire
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// A client's connection with the front codec, and what a handler behind it would do.
struct Front {
    let channel = EmbeddedChannel()

    init(_ bytes: [UInt8] = []) throws {
        try channel.pipeline.syncOperations.addFrontCodec()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        if !bytes.isEmpty { try send(bytes) }
    }

    func send(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func nextPart() throws -> HTTPServerRequestPart? { try channel.readInbound() }

    func parts() throws -> Parsed {
        var parsed = Parsed()
        while let part = try nextPart() { parsed.take(part) }
        return parsed
    }

    func write(_ head: HTTPResponseStatus, _ headers: HTTPHeaders = [:]) {
        channel.write(
            HTTPServerResponsePart.head(.init(version: .http1_1, status: head, headers: headers)), promise: nil)
    }

    func write(_ body: String) {
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
    }

    func end(_ trailers: HTTPHeaders? = nil) {
        channel.writeAndFlush(HTTPServerResponsePart.end(trailers), promise: nil)
    }

    func sent() throws -> String {
        channel.flush()
        var all = ByteBuffer()
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&bytes) }
        return String(buffer: all)
    }
}

struct FrontCodecBehaviour {
    static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func pipelinedRequestsWaitForTheAnswerBefore() throws {
        let front = try Front(Array((Self.get + Self.get).utf8))
        #expect(try front.parts().ends == 1)
        front.write(.ok, ["Content-Length": "2"])
        front.write("ok")
        front.end()
        #expect(try front.parts().ends == 1)
        #expect(try front.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }

    @Test func aBodyOfUnknownLengthIsChunkedWithItsTrailers() throws {
        let front = try Front(Array(Self.get.utf8))
        front.write(.ok)
        front.write("hello")
        front.end(["X-T": "1"])
        #expect(
            try front.sent()
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n")
    }

    @Test func aClientOfHTTP10GetsNoChunksAndNoInterimAnswersC15D33() throws {
        let front = try Front(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        front.write(.custom(code: 103, reasonPhrase: "Early Hints"), ["Link": "a"])
        front.write(.continue)
        front.write(.ok)
        front.write("hello")
        front.end()
        #expect(try front.sent() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
    }

    @Test func aKeptConnectionOfHTTP10IsConfirmed() throws {
        let front = try Front(Array("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8))
        front.write(.ok, ["Content-Length": "0"])
        front.end()
        #expect(try front.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")
    }

    @Test(arguments: [
        ("D01-head", "HEAD", HTTPResponseStatus.ok, "Content-Length: 5\r\n"), ("D02-204", "GET", .noContent, ""),
        ("D03-304", "GET", .notModified, "Content-Length: 5\r\n"),
    ])
    func answersWithoutABodyGetNone(_ id: String, _ method: String, _ status: HTTPResponseStatus, _ kept: String) throws
    {
        let front = try Front(Array("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        front.write(status, ["Content-Length": "5"])
        front.write("hello")
        front.end()
        #expect(try front.sent() == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\(kept)\r\n")
    }

    @Test func closeIsSaidAndNothingMoreIsReadD34() throws {
        let front = try Front(Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n\(Self.get)".utf8))
        front.write(.ok, ["Content-Length": "0"])
        front.end()
        #expect(try front.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        #expect(try front.parts().ends == 1)
    }

    @Test func anAnswerBeforeTheBodysEndClosesD40() throws {
        let front = try Front(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello".utf8))
        front.write(.payloadTooLarge, ["Content-Length": "0"])
        front.end()
        #expect(try front.sent().contains("Connection: close\r\n"))
        try front.send("worldGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try front.parts().heads == ["POST / HTTP/1.1"])
    }

    @Test func brokenBytesCanBeAnswered() throws {
        let front = try Front()
        #expect(throws: WireError(.badRequest, "a field line has no colon")) {
            try front.send("GET / HTTP/1.1\r\nnocolon\r\n")
        }
        front.write(.badRequest, ["Content-Length": "0"])
        front.end()
        #expect(try front.sent() == "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        try front.send(Self.get)
        #expect(try front.parts().heads.isEmpty)
    }

    @Test func aHalfClosedClientIsStillAnsweredD35() throws {
        let front = try Front(Array(Self.get.utf8))
        front.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        front.write(.ok, ["Content-Length": "0"])
        front.end()
        #expect(try front.sent().hasPrefix("HTTP/1.1 200"))
    }

    @Test func anEndInsideARequestIsAnErrorB25() throws {
        let front = try Front(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello".utf8))
        front.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(throws: WireError.self) { try front.channel.throwIfErrorCaught() }
        #expect(try front.parts().ends == 0)
    }

    @Test(arguments: ["hell", "hello!"])
    func aBodyOfAnotherLengthThanPromisedBreaksTheConnection(_ body: String) throws {
        let front = try Front(Array(Self.get.utf8))
        front.write(.ok, ["Content-Length": "5"])
        front.write(body)
        front.end()
        #expect(!front.channel.isActive)
    }

    @Test func after101BothWaysAreBytesC17() throws {
        let front = try Front(
            Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly".utf8))
        #expect(try front.parts().order == "HE")
        front.write(.switchingProtocols, ["Connection": "Upgrade", "Upgrade": "websocket"])
        front.write("down")
        #expect(
            try front.sent()
                == "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\ndown")
        try front.send("\0late")
        #expect(try front.parts().body == Array("early\0late".utf8))
    }

    @Test func obsTextGoesThroughAsItCameC08() throws {
        let value: [UInt8] = [0xE9, 0xFF, 0x20, 0x61, 0xC3, 0xA9, 0xF4, 0x8F, 0xBE, 0x80]
        for cut in 1...value.count {
            let bytes = Array(value[..<cut])
            let trimmed = bytes.last == 0x20 ? Array(bytes.dropLast()) : bytes
            let front = try Front(Array("GET / HTTP/1.1\r\nX-A: ".utf8) + bytes + Array("\r\n\r\n".utf8))
            guard case .head(let head)? = try front.nextPart() else { return #expect(Bool(false)) }
            front.write(.ok, ["X-A": head.headers["x-a"][0], "Content-Length": "0"])
            front.end()
            var sent = try #require(try front.channel.readOutbound(as: ByteBuffer.self))
            sent.moveReaderIndex(forwardBy: "HTTP/1.1 200 OK\r\nX-A: ".utf8.count)
            #expect(sent.readBytes(length: trimmed.count) == trimmed)
        }
    }

    @Test func validUTF8StaysReadable() {
        #expect(parseRequests("GET / HTTP/1.1\r\nX: Zürich\r\n\r\n").fields == [["X=Zürich"]])
    }
}

struct OriginCodecBehaviour {
    private func connect() throws -> (EmbeddedChannel, OriginCodec) {
        let channel = EmbeddedChannel()
        let codec = try channel.pipeline.syncOperations.addOriginCodec()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, codec)
    }

    private func send(
        _ channel: EmbeddedChannel, _ method: HTTPMethod, _ headers: HTTPHeaders, _ body: [String]
    ) throws -> String {
        channel.write(
            HTTPClientRequestPart.head(.init(version: .http1_1, method: method, uri: "/p", headers: headers)),
            promise: nil)
        for part in body {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: part))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        var all = ByteBuffer()
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&bytes) }
        return String(buffer: all)
    }

    @Test func requestsGoOutAsTheirHeadsSay() throws {
        let (channel, codec) = try connect()
        #expect(try send(channel, .GET, ["Host": "a"], []) == "GET /p HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(!codec.isIdle)
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        #expect(codec.isIdle)
        #expect(
            try send(channel, .POST, ["Host": "a", "Transfer-Encoding": "chunked"], ["hello", "", "you"])
                == "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n"
        )
    }

    @Test func aLargeBodyIsNotCopied() throws {
        let (channel, _) = try connect()
        let body = String(repeating: "a", count: 10_000)
        let sent = try send(channel, .PUT, ["Content-Length": "10000"], [body])
        #expect(sent == "PUT /p HTTP/1.1\r\nContent-Length: 10000\r\n\r\n\(body)")
    }

    @Test func aBodyUntilTheEndEndsWithTheConnection() throws {
        let (channel, codec) = try connect()
        _ = try send(channel, .GET, ["Host": "a"], [])
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nhello"))
        channel.pipeline.fireChannelInactive()
        var parsed = Parsed()
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) { parsed.take(part) }
        #expect(parsed.order == "HBE" && !codec.isIdle)
    }

    @Test func unaskedBytesAreAnErrorAndSpoilTheConnection() throws {
        let (channel, codec) = try connect()
        #expect(throws: WireError.self) { try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")) }
        #expect(!codec.isIdle)
    }

    @Test func aClosedIdleConnectionIsNoErrorButNotIdle() throws {
        let (channel, codec) = try connect()
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        try channel.throwIfErrorCaught()
        #expect(!codec.isIdle)
    }
}
