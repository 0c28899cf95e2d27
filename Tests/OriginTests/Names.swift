import Exchange
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// Names of origins, and of the other end of the link, are looked up without holding up one another.
struct Names {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    private func connect(to name: String, _ server: any Channel, _ lookUps: NameLookUps) -> EventLoopFuture<any Channel>
    {
        ClientBootstrap(group: loop).connect(to: name, port: server.localAddress!.port!, on: loop, lookUps)
    }

    private func serve() async throws -> any Channel {
        try await ServerBootstrap(group: loop).bind(host: "127.0.0.1", port: 0).get()
    }

    @Test(.timeLimit(.minutes(5))) func aNameThatNobodyAnswersForHoldsUpNoOther() async throws {
        let server = try await serve()
        let (asked, answer) = (NIOLockedValueBox(0), ConditionLock(value: false))
        let lookUps = NameLookUps(threadCount: 2) { name in
            guard name == "silent.test" else { return [try! SocketAddress(ipAddress: "127.0.0.1", port: 0)] }
            asked.withLockedValue { $0 += 1 }
            answer.lock(whenValue: true)
            answer.unlock()
            return []
        }
        let silent = (0..<10).map { _ in connect(to: "silent.test", server, lookUps) }
        for name in ["127.0.0.1", "well.test"] {
            let channel = try await connect(to: name, server, lookUps).get()
            try await channel.close()
        }
        answer.lock()
        answer.unlock(withValue: true)
        for connection in silent {
            await #expect(throws: NIOConnectionError.self) { try await connection.get() }
        }
        #expect(asked.withLockedValue { $0 } == 1)
        try await server.close()
    }

    @Test func theSystemKnowsThisMachine() async throws {
        let server = try await serve()  // where localhost is ::1 as well, that one refuses
        for name in ["localhost", "127.0.0.1"] {
            let channel = try await connect(to: name, server, .shared).get()
            #expect(channel.remoteAddress?.port == server.localAddress?.port)
            try await channel.close()
        }
        await #expect(throws: NIOConnectionError.self) {
            try await connect(to: "no such name", server, .shared).get()
        }
        try await server.close()
    }
}
