import Foundation
import Testing
import TestSupport

/// WebSocket through the link, with a client and a server that others wrote.
struct WebSocketTests {
    private static let server = """
        import asyncio, sys, websockets
        async def echo(ws):
            await ws.send("welcome to " + ws.path)
            async for message in ws: await ws.send(message)
        async def main():
            async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]), max_size=None): await asyncio.Future()
        asyncio.run(main())
        """

    private static let client = """
        import asyncio, os, sys, time, websockets
        async def main():
            async with websockets.connect(sys.argv[1], max_size=None) as ws:
                print(await ws.recv())
                for size in [0, 1, 125, 126, 65535, 65536, 1 << 20]:
                    for message in [os.urandom(size), "ä" * (size // 2)]:
                        await ws.send(message)
                        assert await ws.recv() == message, size
                times = []
                for i in range(50):
                    began = time.monotonic()
                    await ws.send(f"message {i}")
                    assert await ws.recv() == f"message {i}"
                    times.append(time.monotonic() - began)
                assert sorted(times)[10] < float(sys.argv[3]), sorted(times)
                await (await ws.ping())
                await asyncio.sleep(float(sys.argv[2]))
                await ws.send("after a silence")
                assert await ws.recv() == "after a silence"
                await ws.close(4001, "enough")
                print("closed", ws.close_code, ws.close_reason)
        asyncio.run(main())
        """

    @Test func messagesOfAllSizesComeBack() async throws {
        let folder = TemporaryFolder()
        let port = try freePort()
        let script = try folder.write(Self.server, to: "server.py").path
        let server = try Daemon(
            "/usr/bin/python3", [script, "\(port)"], readyPort: port, in: folder, name: "websocket-server")
        defer { server.stop() }
        let clientScript = try folder.write(Self.client, to: "client.py").path
        try await onThread {
            let line = try Line(originPort: port)
            let url = "ws://127.0.0.1:\(line.http)/test-ws?a=b"
            let echoSeconds = Effort.isSanitized ? "0.3" : "0.1"
            let client = try Command("/usr/bin/python3", [clientScript, url, "1", echoSeconds])
            #expect(
                client.output == "welcome to /test-ws?a=b\nclosed 4001 enough\n", "\(client.errors)\n\(line.logs())")
            try line.requireGoodEnd()
        }
    }

    private static let upgrade = [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]

    @Test func aRefusedUpgradeIsAnOrdinaryAnswer() async throws {
        try await withLine { line, origin in
            origin.answer("test-refused", with: .head("HTTP/1.1 403 Forbidden", "Content-Length: 2", body: "no"))
            let client = try Client(line.http)
            let refused = try client.request("GET", "/test-refused", Self.upgrade)
            try #require(refused.status == 403 && refused.text == "no", "\(refused)")
            #expect(origin.requests("test-refused")[0].fields["Upgrade"] == ["websocket"])
        }
    }

    /// Where one side breaks off, the other one learns of it.
    @Test func theEndOfATunnelReachesTheOtherSide() async throws {
        try await withLine { line, origin in
            let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            origin.answer("test-ends", with: .steps(.send(switching), .send("bye"), .finish))
            let client = try Client(line.http)
            let answer = try client.request("GET", "/test-ends", Self.upgrade)
            try #require(answer.status == 101, "\(answer)")
            var rest: [UInt8] = []
            try client.reader.untilFinished { rest += $0 }
            #expect(latin1(rest) == "bye")
        }
    }
}
