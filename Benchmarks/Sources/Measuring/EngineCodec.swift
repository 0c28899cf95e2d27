import DeltaEngine

/// Our engine, through the interface that everyone uses.
package final class EngineCodec: Codec {
    /// What becomes of the base's index.
    package enum Index: String {
        /// Built before the clock starts, as when a base is stored.
        case warm
        /// Built while the clock runs.
        case cold
    }

    /// The level, and what becomes of the index.
    package let name: String
    private let level: DeltaLevel
    private let index: Index
    private var encoder: DeltaEncoder
    private var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
    private var pair = PagePair(base: [], target: [])
    private var base: DeltaBase
    private var delta: [UInt8] = []
    private var page: [UInt8] = []

    /// Sets up the engine at a level.
    package init(_ level: DeltaLevel, _ index: Index) throws {
        (self.level, self.index) = (level, index)
        name = "\(level.rawValue) \(index.rawValue)"
        encoder = try DeltaEncoder()
        base = try DeltaBase([])
    }

    /// Stores the base, with its index.
    package func open(_ pair: PagePair) throws {
        self.pair = pair
        base = try DeltaBase(pair.base)
    }

    /// Codes the pair's target; returns the delta's length in bytes.
    package func encode() throws -> Int {
        // The version is given: both ends know it from storing the page, and hashing would hide what is measured.
        let base = index == .warm ? self.base : try DeltaBase(pair.base, version: self.base.version)
        let target = pair.target  // a span lives as long as its array is seen to live
        delta = try encoder.encode(target.span, against: base, level: level)
        return delta.count
    }

    /// Decodes the delta that the last call left.
    package func decode() throws {
        let (delta, base) = (delta, pair.base)
        try decoder.decode(delta.span, base: base.span, expecting: nil, into: &page)
    }

    /// Whether the target came back.
    package func decodedTarget() -> Bool { page == pair.target }

    /// Indexes the base, as storing it does, and drops it again.
    package func indexBase() throws { _ = try DeltaBase(pair.base, version: base.version) }

    /// How many bytes of the page no copy covers: what the delta carries itself.
    package func newBytes() throws -> Int {
        let (delta, base) = (delta, pair.base)
        let description = try decoder.describe(delta.span, base: base.span)
        return description.segments.reduce(0) { $1.origin == .new ? $0 + $1.range.count : $0 }
    }

    /// What keeping the base costs, in bytes.
    package var baseMemoryBytes: Int { base.memoryBytes }
}
