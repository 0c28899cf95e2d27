import NIOCore

/// What one end tells the other at the start: what it can take.
package struct LaneSettings: Sendable {
    /// The most requests at once that this end takes.
    package var maxStreams = 4096
    /// The bytes of body that may come on each stream before this end grants more.
    package var streamCredit = 128 * 1024
    /// The room for the other end's table of fields, in bytes.
    package var headTableBytes = 64 * 1024
    /// The longest head that this end takes, in bytes after decoding.
    package var maxHeadBytes = 128 * 1024
    /// The name of this lane, which the `Railgun` header shows; only a listener gives one.
    package var laneID: UInt64 = 0
    /// The secret of ``PageCheckKey``, 62 bits each; only a listener gives one.
    package var checkSecret: (high: UInt64, low: UInt64) = (0, 0)

    /// Whether this end takes bodies in blocks; only a sender says so.
    package var takesBlocks = false

    /// For a listener that opens lanes: how many this sender needs, one for each place; 0 where it opens them itself.
    package var placeCount = 0
    /// The place of this lane, 1 to ``placeCount``.
    package var place = 0

    package init() {}

    /// The numbers that settings have on the wire.
    ///
    /// Unknown ones are skipped: newer ends may send more.
    private enum Key: UInt64 {
        case maxStreams = 1
        case streamCredit = 2
        case headTableBytes = 3
        case maxHeadBytes = 4
        case laneID = 5
        case checkSecretHigh = 6
        case checkSecretLow = 7
        case bodyCodings = 8
        case placeCount = 9
        case place = 10
    }

    /// Reads the payload of a SETTINGS frame.
    init(reading payload: inout ByteBuffer) throws(LinkError) {
        self.init()
        while payload.readableBytes > 0 {
            guard let key = payload.readVarint(), let value = payload.readVarint() else {
                throw .violation("SETTINGS ends within a setting")
            }
            switch Key(rawValue: key) {
            case .maxStreams: maxStreams = try Self.check(value, in: 1...1_000_000, "streams")
            case .streamCredit: streamCredit = try Self.check(value, in: 16_384...0x3fff_ffff, "credit")
            case .headTableBytes: headTableBytes = try Self.check(value, in: 0...1_048_576, "table of fields")
            case .maxHeadBytes: maxHeadBytes = try Self.check(value, in: 8192...1_048_576, "head")
            case .laneID: laneID = value
            case .checkSecretHigh: checkSecret.high = value
            case .checkSecretLow: checkSecret.low = value
            case .bodyCodings: takesBlocks = value & 1 == 1
            case .placeCount: placeCount = try Self.check(value, in: 0...4096, "places")
            case .place: place = try Self.check(value, in: 0...4096, "place")
            case nil: break
            }
        }
        guard placeCount == 0 || 1...placeCount ~= place else {
            throw .violation("SETTINGS: place \(place) of \(placeCount)")
        }
    }

    private static func check(_ value: UInt64, in range: ClosedRange<Int>, _ name: String) throws(LinkError) -> Int {
        guard let value = Int(exactly: value), range.contains(value) else {
            throw .violation("SETTINGS: \(name) of \(value), allowed are \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The payload of a SETTINGS frame.
    func write(to payload: inout ByteBuffer) {
        let pairs: [(Key, Int)] = [
            (.maxStreams, maxStreams), (.streamCredit, streamCredit), (.headTableBytes, headTableBytes),
            (.maxHeadBytes, maxHeadBytes),
        ]
        for (key, value) in pairs {
            payload.writeVarint(key.rawValue)
            payload.writeVarint(UInt64(value))
        }
        let names: [(Key, UInt64)] = [
            (.laneID, laneID), (.checkSecretHigh, checkSecret.high), (.checkSecretLow, checkSecret.low),
            (.bodyCodings, takesBlocks ? 1 : 0), (.placeCount, UInt64(placeCount)), (.place, UInt64(place)),
        ]
        for (key, value) in names where value != 0 {
            payload.writeVarint(key.rawValue)
            payload.writeVarint(value)
        }
    }

    /// Settings of a sender's end of a new lane.
    ///
    /// With a place where it accepted the lane from a listener.
    package static func forSender(place: Int = 0, of placeCount: Int = 0) -> LaneSettings {
        var settings = LaneSettings()
        settings.takesBlocks = true
        (settings.place, settings.placeCount) = (place, placeCount)
        return settings
    }

    /// Settings of a listener's end of a new lane, with a name and a secret of its own.
    package static func forListener() -> LaneSettings {
        var settings = LaneSettings()
        settings.laneID = .random(in: 1...0xff_ffff_ffff)  // what the Railgun header has room for
        settings.checkSecret = (.random(in: 0...(1 << 62 - 1)), .random(in: 0...(1 << 62 - 1)))
        return settings
    }
}
