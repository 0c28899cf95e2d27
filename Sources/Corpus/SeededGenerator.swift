/// Random numbers that are the same on every machine for the same seed: SplitMix64.
///
/// The standard library doesn't promise that `Int.random(in:using:)` makes the same number of the same bits in its next
/// version; the methods here do, which is what files and checksums made from a seed need.
///
/// - SeeAlso: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
package struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    package init(seed: UInt64) { state = seed }

    /// Starts one of many independent sequences that belong to `seed`.
    package init(seed: UInt64, stream: String) {
        // FNV-1a: Swift's own hashes differ from run to run.
        let name = stream.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var mixer = SeededGenerator(seed: seed ^ name)
        state = mixer.next()
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// A number from the range, all of them equally likely but for a bias under 2⁻³² in ranges under 2³².
    package mutating func integer(in range: ClosedRange<Int>) -> Int {
        let count = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
    }

    /// Bytes from the range.
    package mutating func bytes(_ count: Int, in range: ClosedRange<UInt8>) -> [UInt8] {
        (0..<count).map { _ in UInt8(integer(in: Int(range.lowerBound)...Int(range.upperBound))) }
    }

    /// Whether something happens that does once in `count` times.
    package mutating func chance(oneIn count: Int) -> Bool { integer(in: 1...count) == 1 }

    /// One of the choices, which may not be empty.
    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[integer(in: 0...choices.count - 1)]
    }
}
