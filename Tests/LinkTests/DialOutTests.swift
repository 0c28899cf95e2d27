import NIOCore
import TestSupport
import Testing

@testable import Link

/// A listener that opens its lanes itself, over real loopback sockets.
struct DialOutTests {
    @Test func eachPlaceOfTheSenderGetsOneLane() async throws {
        let sender = try await Listening(places: 3)
        let link = DialingOut(to: sender)
        #expect(await link.next() == "opened")
        #expect(try await sender.settles(at: [1, 2, 3]))
        link.stop()
        #expect(try await sender.settles(at: []))
        try await sender.stop()
    }

    @Test func aLaneThatIsLostIsOpenedAgain() async throws {
        let sender = try await Listening(places: 2)
        let link = DialingOut(to: sender)
        #expect(try await sender.settles(at: [1, 2]))
        let lanes = sender.lanes.withLockedValue { $0 }
        for lane in lanes { lane.eventLoop.execute { lane.value.close() } }
        #expect(try await sender.settles(at: [1, 2]))
        link.stop()
        try await sender.stop()
    }

    @Test func aSenderThatAsksForAnotherLaneKeepsTheOldOneUntilThen() async throws {
        let sender = try await Listening(places: 1)
        let link = DialingOut(to: sender)
        #expect(try await sender.settles(at: [1]))
        let old = sender.lanes.withLockedValue { $0[0] }
        old.eventLoop.execute { old.value.askForReplacement() }
        #expect(try await sender.settles(at: [1, 1]))
        link.stop()
        #expect(try await sender.settles(at: []))
        try await sender.stop()
    }

    @Test func aListenerThatDialsAListenerIsToldSo() async throws {
        let listener = try await Listening()
        let link = DialingOut(to: listener)
        #expect(await link.next() == "failed: this end is an rg-listener, and so is the other one")
        link.stop()
        try await listener.stop()
    }

    @Test func aSenderThatIsNotThereIsTriedAgain() async throws {
        let port = Int(try freePort())  // which no other test takes meanwhile
        let sender = try await Listening(port: port, places: 2)
        try await sender.stop()
        let link = DialingOut(to: sender, port: port)
        #expect(await link.next() == "failed: Connection refused")
        let again = try await Listening(port: port, places: 2)
        #expect(await link.next() == "opened")
        #expect(try await again.settles(at: [1, 2]))
        link.stop()
        try await again.stop()
    }
}
