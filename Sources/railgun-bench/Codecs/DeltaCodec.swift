import DeltaEngine

/// The delta engine at one of its levels.
final class DeltaCodec: Codec {
    let level: DeltaLevel
    private var encoder: DeltaEncoder
    private var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
    private var pair: LoadedPair?
    private var base: DeltaBase?
    private var delta: [UInt8] = []
    private var page: [UInt8] = []

    init(level: DeltaLevel) throws {
        self.level = level
        encoder = try DeltaEncoder()
    }

    var name: String { level.rawValue }
    var keepsBase: Bool { level != .stored }
    var deltaBytes: Int { delta.count }

    func load(_ pair: LoadedPair) {
        self.pair = pair
        base = nil
    }

    func keepBase() throws { base = try keepsBase ? indexedBase() : nil }

    func encodeCold() throws { try encode(against: keepsBase ? indexedBase() : nil) }

    func encodeWarm() throws { try encode(against: base) }

    func decode() throws { try decode(expecting: nil) }

    func isRight() throws -> Bool {
        try decode(expecting: pair!.targetVersion)
        return page == pair!.target
    }

    /// The version is given: hashing has a figure of its own.
    private func indexedBase() throws -> DeltaBase { try DeltaBase(pair!.base, version: pair!.baseVersion) }

    private func encode(against base: DeltaBase?) throws {
        let target = pair!.target
        delta = try encoder.encode(target.span, against: base, level: level)
    }

    private func decode(expecting version: PageVersion?) throws {
        let (delta, base) = (delta, pair!.base)
        let baseSpan = keepsBase ? base.span : nil
        try decoder.decode(delta.span, base: baseSpan, expecting: version, into: &page)
    }
}
