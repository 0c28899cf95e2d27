import NIOCore
import Testing

@testable import Link

/// Frames and settings as bytes.
struct FrameTests {
    @Test func aFrameIsReadOnceItIsComplete() throws {
        var whole = ByteBuffer()
        whole.writeFrame(.data, flags: .end, stream: 70_000, payload: ByteBuffer(string: "hello"))
        #expect(whole.readableBytes == 1 + 4 + 1 + 5)
        for count in 0..<whole.readableBytes {
            var part = whole.getSlice(at: 0, length: count)!
            #expect(try Frame.read(from: &part) == nil)
            #expect(part.readableBytes == count)
        }
        let frame = try #require(try Frame.read(from: &whole))
        #expect(frame.kind == FrameKind.data.rawValue && frame.flags == .end && frame.stream == 70_000)
        #expect(frame.payload == ByteBuffer(string: "hello") && whole.readableBytes == 0)
    }

    @Test func numbersMayBeLongerThanTheyNeed() throws {
        var buffer = ByteBuffer(bytes: [0x03, 0x40, 0x01, 0x80, 0, 0, 1, 0xff])
        let frame = try #require(try Frame.read(from: &buffer))
        #expect(frame.stream == 1 && frame.payload == ByteBuffer(bytes: [0xff]))
    }

    @Test func aFrameBeyondItsBoundIsRefusedBeforeItComes() {
        var long = ByteBuffer(bytes: [0x03, 0x01])
        long.writeVarint(UInt64(Frame.maxPayloadBytes) + 1)
        #expect(throws: LinkError.violation("a frame of 1048577 bytes, allowed are up to 1048576")) {
            try Frame.read(from: &long)
        }
        var far = ByteBuffer(bytes: [0x03])
        far.writeVarint(0x4000_0000)
        far.writeVarint(0)
        #expect(throws: LinkError.self) { try Frame.read(from: &far) }
    }

    @Test func everyKindAndFlagSurvives() throws {
        for first in UInt8.min...UInt8.max {
            var buffer = ByteBuffer(bytes: [first, 0, 0])
            let frame = try #require(try Frame.read(from: &buffer))
            #expect(frame.kind == first & 15 && frame.flags.rawValue == first >> 4)
        }
    }

    @Test func settingsSurviveAndUnknownOnesAreSkipped() throws {
        var settings = LaneSettings()
        (settings.maxStreams, settings.streamCredit, settings.laneID) = (7, 20_000, 0x1234_5678_9abc)
        (settings.headTableBytes, settings.maxHeadBytes) = (0, 8192)
        var payload = ByteBuffer()
        payload.writeVarint(4444)
        payload.writeVarint(5)
        (settings.checkSecret, settings.takesBlocks) = ((1 << 61, 3), true)
        settings.write(to: &payload)
        let read = try LaneSettings(reading: &payload)
        #expect(read.maxStreams == 7 && read.streamCredit == 20_000 && read.laneID == 0x1234_5678_9abc)
        #expect(read.headTableBytes == 0 && read.maxHeadBytes == 8192 && read.checkSecret == (1 << 61, 3))
        #expect(read.takesBlocks)
        var none = ByteBuffer()
        let usual = try LaneSettings(reading: &none)
        #expect(usual.maxStreams == 4096 && !usual.takesBlocks)
    }

    @Test(arguments: [
        (1, 0, "streams of 0, allowed are 1 to 1000000"),
        (1, 1_000_001, "streams of 1000001, allowed are 1 to 1000000"),
        (2, 16_383, "credit of 16383, allowed are 16384 to 1073741823"),
        (2, 0x4000_0000, "credit of 1073741824, allowed are 16384 to 1073741823"),
        (3, 1_048_577, "table of fields of 1048577, allowed are 0 to 1048576"),
        (4, 8191, "head of 8191, allowed are 8192 to 1048576"),
        (4, 1 << 62 - 1, "head of 4611686018427387903, allowed are 8192 to 1048576"),
    ])
    func settingsOutOfRangeAreRefused(key: UInt64, value: UInt64, words: String) {
        var payload = ByteBuffer()
        payload.writeVarint(key)
        payload.writeVarint(value)
        #expect(throws: LinkError.violation("SETTINGS: " + words)) { try LaneSettings(reading: &payload) }
    }

    @Test func settingsThatEndWithinOneAreRefused() {
        var payload = ByteBuffer(bytes: [1])
        #expect(throws: LinkError.violation("SETTINGS ends within a setting")) { try LaneSettings(reading: &payload) }
    }

    @Test func wordsOfAPeerCantForgeALogLine() {
        var words = ByteBuffer(string: "a\r\nb\u{7f}" + String(repeating: "x", count: 300))
        let read = words.readWords()
        #expect(read.hasPrefix("a  b x") && read.utf8.count == 256)
    }
}

/// Which stream sends next.
struct SendQueueTests {
    private final class Named: Hashable {
        let name: String
        init(_ name: String) { self.name = name }
        static func == (one: Named, other: Named) -> Bool { one === other }
        func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    @Test func shortOnesComeFirstAndEachKindInTurn() {
        var queue = SendQueue<Named>()
        for (name, sent) in [("long 1", 65_536), ("short 1", 0), ("long 2", 1 << 30), ("short 2", 65_535)] {
            queue.append(Named(name), sentBytes: sent)
        }
        var order: [String] = []
        while let next = queue.popFirst() { order.append(next.name) }
        #expect(order == ["short 1", "short 2", "long 1", "long 2"] && queue.isEmpty)
        for number in 0..<40 { queue.append(Named("short \(number)"), sentBytes: 0) }
        queue.append(Named("long"), sentBytes: 1 << 20)
        let waits = sequence(state: ()) { _ in queue.popFirst()?.name }.prefix { $0 != "long" }.count
        #expect((1...16).contains(waits))  // however many short ones there are, a long one has its turn
        queue.append(Named("a"), sentBytes: 0)
        queue.append(Named("b"), sentBytes: 1 << 20)
        queue.removeAll()
        #expect(queue.isEmpty && queue.popFirst() == nil)
    }
}
