import NIOConcurrencyHelpers
import Exchange
import HTTPRules
import NIOCore
import NIOEmbedded
import Testing

@testable import Sender

/// More visitors, or larger ones, than there is room for.
struct Overload {
    private let get = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    private func post(_ length: Int) -> String {
        "POST / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: \(length)\r\n\r\n"
    }

    private func answer(_ number: Int, of end: SenderEnd) {
        let asked = end.listener.requests[number]
        asked.answer(.ok, ["Content-Length": "2"])
        asked.stream.send(ByteBuffer(string: "ok"))
        asked.stream.finish(trailers: nil)
        end.run()
    }

    @Test func requestsWaitForTheirTurnAndThoseBeyondTheQueueGet503() throws {
        let end = try SenderEnd("requests.max = 1\nrequests.queue = 2")
        let clients = try (0..<4).map { _ in try end.client(get) }
        #expect(end.listener.requests.count == 1)
        let refused = clients[3].received()
        #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Retry-After: 5\r\n"))
        for number in 0..<3 {
            #expect(clients[number].received() == "")
            answer(number, of: end)
            #expect(clients[number].received().hasSuffix("ok"))
        }
        let last = try end.client(get)
        answer(3, of: end)
        #expect(last.received().hasSuffix("ok"))
        let counters = end.worker.statistics.counters
        #expect(counters.requestsQueued == 2 && counters.requestsShed == 1 && counters.requestsCompleted == 5)
    }

    @Test func whoLeavesWhileHeWaitsIsNeverAskedFor() throws {
        let end = try SenderEnd("requests.max = 1\nrequests.queue = 1")
        let first = try end.client(get)
        try end.client(get).close()
        let third = try end.client(get)
        answer(0, of: end)
        #expect(first.received().hasSuffix("ok") && end.listener.requests.count == 2)
        answer(1, of: end)
        #expect(third.received().hasSuffix("ok") && end.worker.statistics.counters.requestsShed == 0)
    }

    @Test func whoComesAndGoesWhileNothingEndsLeavesNothingBehind() throws {
        let end = try SenderEnd("requests.max = 1\nrequests.queue = 1")
        let first = try end.client(get)
        for _ in 0..<100 { try end.client(get).close() }
        #expect(end.places.queue.taken == 0 && end.places.requests.taken == 1 && end.places.requests.waiting == 1)
        answer(0, of: end)
        #expect(first.received().hasSuffix("ok") && end.places.requests.taken == 0)
        let (second, third) = (try end.client(get), try end.client(get))
        answer(1, of: end)
        answer(2, of: end)
        #expect(second.received().hasSuffix("ok") && third.received().hasSuffix("ok"))
        #expect(end.places.queue.taken == 0 && end.places.requests.taken == 0)
    }

    @Test func whoWaitedForTooLongGets503() throws {
        let end = try SenderEnd("requests.max = 1\nrequests.queue = 1\nrequests.queue.timeout = 3 s")
        _ = try end.client(get)
        let second = try end.client(get)
        end.advance(seconds: 5)
        #expect(second.received().hasPrefix("HTTP/1.1 503 ") && end.listener.requests.count == 1)
        answer(0, of: end)
        second.send(get)
        #expect(end.listener.requests.count == 2, "there is room again, in the queue and under way")
    }

    @Test func aRequestWithABodyWaitsToo() throws {
        let end = try SenderEnd("requests.max = 1\nrequests.queue = 1")
        _ = try end.client(get)
        let second = try end.client(post(4) + "ab")
        second.send("cd")
        #expect(end.listener.requests.count == 1)
        answer(0, of: end)
        #expect(end.listener.requests[1].body == "abcd" && end.listener.requests[1].events == ["end"])
        answer(1, of: end)
        #expect(second.received().hasSuffix("ok"))
    }

    @Test func requestsGet503WhileMemoryIsShort() throws {
        let end = try SenderEnd()
        end.memory.look(at: 1001)
        #expect(try end.client(get).received().hasPrefix("HTTP/1.1 503 "))
        end.memory.look(at: 960)
        #expect(try end.client(get).received().hasPrefix("HTTP/1.1 503 "), "not at once: it would come and go")
        end.memory.look(at: 940)
        let client = try end.client(get)
        answer(0, of: end)
        #expect(client.received().hasSuffix("ok") && end.worker.statistics.counters.requestsShed == 2)
    }

    @Test(arguments: [false, true]) func aBodyThatIsTooLargeGets413(isChunked: Bool) throws {
        let end = try SenderEnd("client.body.size = 4 B")
        let chunked = "POST / HTTP/1.1\r\nHost: www.example.org\r\nTransfer-Encoding: chunked\r\n\r\n"
        let client = try end.client(isChunked ? chunked + "4\r\nabcd\r\n" : post(5))
        if isChunked { client.send("1\r\ne\r\n") }
        #expect(client.received().hasPrefix("HTTP/1.1 413 ") && client.closes.outputIsClosed)
        #expect(end.listener.requests.last?.events == (isChunked ? ["cancelled"] : nil))
        #expect(end.worker.statistics.counters.bodiesTooLarge == 1)
        let fits = try end.client(post(4) + "abcd")
        answer(end.listener.requests.count - 1, of: end)
        #expect(fits.received().hasSuffix("ok"))
        fits.send(post(4) + "abcd")
        answer(end.listener.requests.count - 1, of: end)
        #expect(fits.received().hasSuffix("ok"), "each body is measured by itself")
    }

    @Test func aBodyThatDripsIsA408() throws {
        let end = try SenderEnd("client.body.timeout = 10 s\nclient.body.rate = 100 B")
        let (slow, steady) = (try end.client(post(100_000)), try end.client(post(100_000)))
        for _ in 0..<40 {
            slow.send("a")
            steady.send(String(repeating: "a", count: 150))
            end.advance(seconds: 1)
        }
        #expect(slow.received().hasPrefix("HTTP/1.1 408 ") && end.worker.statistics.counters.bodiesTooSlow == 1)
        #expect(steady.received() == "" && end.listener.requests[1].body.utf8.count == 6000)
    }

    @Test func aBodyThatMustWaitIsNotTooSlow() throws {
        let end = try SenderEnd("client.body.timeout = 10 s", isLinked: true)
        let client = try end.client(post(1 << 20))
        end.listener.requests[0].takesBody = false
        for _ in 0..<8 { client.send(String(repeating: "a", count: 32 * 1024)) }
        end.advance(seconds: 30)
        #expect(client.received() == "" && end.worker.statistics.counters.bodiesTooSlow == 0)
    }

    @Test func headsMayBeAsLongAsTheSettingSays() throws {
        let end = try SenderEnd("client.head.size = 8 KiB")
        let field = "X-Long: \(String(repeating: "a", count: 8192))\r\n"
        let client = try end.client("GET / HTTP/1.1\r\nHost: www.example.org\r\n\(field)\r\n")
        #expect(client.received().hasPrefix("HTTP/1.1 431 "))
    }

    @Test func onlyConnectionsThatHadTheirAnswerMakeRoom() throws {
        let end = try SenderEnd()
        let (new, used, busy) = (try end.client(), try end.client(get), try end.client(get))
        answer(0, of: end)
        end.worker.makeRoom()
        end.run()
        #expect(new.channel.isActive && !used.channel.isActive && busy.channel.isActive)
    }
}

/// Places for all event loops.
struct PlacesTests {
    @Test func thereAreNoMoreThanThereAre() {
        let places = Places(2)
        #expect(places.take() && places.take() && !places.take())
        places.free()
        #expect(places.take() && !places.take())
    }

    @Test func whoWaitsIsCalledOnceThereIsRoom() {
        let (places, calls) = (Places(1), NIOLockedValueBox(0))
        places.whenFree { calls.withLockedValue { $0 += 1 } }
        #expect(calls.withLockedValue { $0 } == 1, "at once where there is room")
        #expect(places.take())
        places.takeAnyway()
        places.whenFree { calls.withLockedValue { $0 += 1 } }
        places.free()
        #expect(calls.withLockedValue { $0 } == 1, "one too many was taken")
        places.free()
        #expect(calls.withLockedValue { $0 } == 2)
        places.free()
        #expect(calls.withLockedValue { $0 } == 2, "only once")
    }

    @Test func whoWaitsIsCalledWhenThereAreMore() {
        let (places, calls) = (Places(0), NIOLockedValueBox(0))
        places.whenFree { calls.withLockedValue { $0 += 1 } }
        #expect(!places.take() && calls.withLockedValue { $0 } == 0)
        places.update(most: 1)
        #expect(calls.withLockedValue { $0 } == 1 && places.take())
    }
}
