/// The same numbers for the same seed, on every machine.
///
/// - SeeAlso: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Starts a sequence.
    package init(seed: UInt64) { state = seed }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number below `bound`, which is small beside 2³²: fast, and even enough for what is made from it here.
    package mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// So many bytes, each one of the first `alphabet` values from `first` on.
    package mutating func bytes(_ count: Int, alphabet: Int = 256, from first: UInt8 = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: first, count: count)
        for index in bytes.indices { bytes[index] &+= UInt8(truncatingIfNeeded: below(alphabet)) }
        return bytes
    }
}
