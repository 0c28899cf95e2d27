import CEngineHash

/// Pages made of blocks that all fall into the same slots of the engine's tables.
struct HashFlood {
    /// Blocks whose hashes agree in so many of their highest bits: for a page of 256 KiB that is one slot or two.
    private static let agreeingBits = 14
    private static let blockCount = 512

    private let shortBlocks: [[UInt8]]
    private let longBlocks: [[UInt8]]

    init() {
        unsafe shortBlocks = Self.collidingBlocks(byteCount: engine_short_block_bytes) { unsafe engine_short_hash($0) }
        unsafe longBlocks = Self.collidingBlocks(byteCount: engine_long_block_bytes) { unsafe engine_long_hash($0) }
    }

    /// Searches by trial, as an attacker can who knows the hash.
    private static func collidingBlocks(byteCount: Int, hash: (UnsafePointer<UInt8>) -> UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: 1)
        var block = random.bytes(byteCount)
        var blocks: [[UInt8]] = []
        while blocks.count < blockCount {
            var word = random.next()
            for index in 0..<8 {
                block[index] = UInt8(truncatingIfNeeded: word)
                word >>= 8
            }
            guard unsafe hash(block) >> (64 - UInt64(agreeingBits)) == 0 else { continue }
            blocks.append(block)
            block = random.bytes(byteCount)  // so that the blocks differ from their first byte to their last
        }
        return blocks
    }

    func shortBlocks(_ random: inout SeededGenerator, _ byteCount: Int) -> HostilePairs.Pair {
        pair("short", shortBlocks, &random, byteCount)
    }

    func longBlocks(_ random: inout SeededGenerator, _ byteCount: Int) -> HostilePairs.Pair {
        pair("long", longBlocks, &random, byteCount)
    }

    private func pair(
        _ name: String, _ blocks: [[UInt8]], _ random: inout SeededGenerator, _ byteCount: Int
    ) -> HostilePairs.Pair {
        let count = byteCount / blocks[0].count
        // Half the blocks in the base, the other half in the target: all are looked up, and none is the right one.
        let isDisjoint = random.below(2) == 0
        let half = blocks.count / 2
        let base = (0..<count).flatMap { _ in blocks[random.below(isDisjoint ? half : blocks.count)] }
        let target = (0..<count).flatMap { _ in
            blocks[isDisjoint ? half + random.below(half) : random.below(blocks.count)]
        }
        return HostilePairs.Pair(
            name: "hash flood of \(name) blocks, \(isDisjoint ? "none" : "some") shared", base: base, target: target)
    }
}
