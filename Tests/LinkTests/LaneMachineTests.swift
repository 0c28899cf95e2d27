import NIOCore
import Testing

@testable import Link

/// A lane's start, numbers, pings and end, without a channel.
struct LaneMachineTests {
    private func open(_ role: LinkRole, maxStreams: Int = 3, lastStream: UInt32 = 0) throws -> LaneMachine {
        var settings = LaneSettings()
        settings.maxStreams = maxStreams
        var machine = LaneMachine(role: role, settings: settings, lastStream: lastStream)
        var preface = ByteBuffer(bytes: LaneMachine.preface)
        #expect(try machine.readPreface(from: &preface))
        try machine.received(settings)
        return machine
    }

    @Test func theStartIsPrefaceThenSettings() throws {
        var machine = LaneMachine(role: .listener, settings: LaneSettings())
        #expect(throws: LinkError.violation("a second SETTINGS")) { try machine.received(LaneSettings()) }
        #expect(throws: LinkError.violation("a frame before SETTINGS")) { try machine.checkOpen() }
        for count in 0..<LaneMachine.preface.count {
            var part = ByteBuffer(bytes: LaneMachine.preface.prefix(count))
            #expect(try !machine.readPreface(from: &part))
            #expect(part.readableBytes == count)  // stays until it is complete
        }
        var all = ByteBuffer(bytes: LaneMachine.preface + [7])
        #expect(try machine.readPreface(from: &all))
        #expect(all.readableBytes == 1 && !machine.isOpen)
        try machine.received(LaneSettings())
        #expect(machine.isOpen)
        try machine.checkOpen()
        machine.close()
        #expect(machine.isClosed && !machine.isOpen)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n", "the other end doesn't speak the link's protocol: it began with “GET / HT”"),
        ("\u{16}\u{3}\u{1}", "the other end doesn't speak the link's protocol: it began with “...”"),
        ("RAILGUN\u{0}", "the other end speaks version 0 of the link, this one needs 1"),
    ])
    func foreignPeersAreToldApartFromTheirFirstBytes(bytes: String, words: String) {
        var machine = LaneMachine(role: .listener, settings: LaneSettings())
        var buffer = ByteBuffer(string: bytes)
        #expect(throws: LinkError(.foreignPeer, words)) { try machine.readPreface(from: &buffer) }
    }

    @Test func aNewerPeerIsWelcome() throws {
        var machine = LaneMachine(role: .listener, settings: LaneSettings())
        var buffer = ByteBuffer(string: "RAILGUN\u{9}")
        #expect(try machine.readPreface(from: &buffer))
    }

    @Test func aSenderOpensStreamsInOrderUpToThePeersBound() throws {
        var machine = try open(.sender)
        #expect([0, 1, 2, 3].map { machine.openStream(current: $0) } == [1, 2, 3, nil])
        #expect(machine.openStream(current: 0) == 4)
        #expect(machine.wasOpened(4) && !machine.wasOpened(5) && !machine.wasOpened(0))
        machine.drain()
        #expect(machine.openStream(current: 0) == nil)
    }

    @Test func aListenerOpensNone() throws {
        var machine = try open(.listener)
        #expect(machine.openStream(current: 0) == nil)
    }

    @Test func numbersOfStreamsEnd() throws {
        var machine = try open(.sender, lastStream: LaneMachine.maxStream - 1)
        #expect(machine.openStream(current: 0) == LaneMachine.maxStream && machine.isUsedUp)
        #expect(machine.openStream(current: 0) == nil)
    }

    @Test func aListenerTakesRisingNumbersAndRefusesWhatIsTooMany() throws {
        var machine = try open(.listener)
        #expect(try machine.receivedOpening(of: 5, current: 2) == .accept)
        #expect(try machine.receivedOpening(of: 6, current: 3) == .refuse)
        for number: UInt32 in [0, 5, 6] {
            #expect(throws: LinkError.self) { try machine.receivedOpening(of: number, current: 0) }
        }
        machine.drain()
        #expect(try machine.receivedOpening(of: 7, current: 0) == .accept)  // the sender may not know yet
        #expect(!machine.mayEnd)
        machine.peerStops()
        #expect(machine.mayEnd)
        #expect(throws: LinkError.self) { try machine.receivedOpening(of: 8, current: 0) }
    }

    @Test func aSenderTakesNoRequests() throws {
        var machine = try open(.sender)
        #expect(throws: LinkError.violation("a request from a listener")) {
            try machine.receivedOpening(of: 1, current: 0)
        }
    }

    @Test func pingsMeasureTheRoundTripOneAtATime() throws {
        var machine = try open(.sender)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        #expect(machine.silence(at: start) == nil)
        #expect(machine.ping(at: start) == 1)
        #expect(machine.ping(at: start) == nil)
        #expect(machine.silence(at: start + .seconds(2)) == .seconds(2))
        machine.heard(at: start + .seconds(1))  // anything is a sign of life
        #expect(machine.silence(at: start + .seconds(2)) == .seconds(1))
        machine.receivedPong(9, at: start + .seconds(3))  // of no ping that is under way
        #expect(machine.roundTrip == nil)
        machine.receivedPong(1, at: start + .milliseconds(80))
        #expect(machine.roundTrip == .milliseconds(80) && machine.silence(at: start + .seconds(9)) == nil)
        #expect(machine.ping(at: start) == 2)
        machine.receivedPong(2, at: start + .milliseconds(160))
        #expect(machine.roundTrip == .milliseconds(90))
    }
}
