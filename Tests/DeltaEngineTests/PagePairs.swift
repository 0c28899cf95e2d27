import Corpus

/// Bases and targets made from a seed, in the shapes that matching gets wrong first.
struct SeededPair {
    var base: [UInt8]
    var target: [UInt8]

    init(base: [UInt8], target: [UInt8]) { (self.base, self.target) = (base, target) }

    /// Even seeds draw from two symbols, where chance matches, overlaps and collisions are everywhere.
    init(seed: UInt64, maxBytes: Int = 3000) {
        var random = SeededGenerator(seed: seed)
        let symbols: ClosedRange<UInt8> = seed.isMultiple(of: 2) ? 97...98 : 0...255
        base = random.bytes(random.integer(in: 0...maxBytes), in: symbols)
        target = base
        for _ in 0..<random.integer(in: 0...12) {
            let start = random.integer(in: 0...target.count)
            let end = min(target.count, start + random.integer(in: 0...100))
            switch random.integer(in: 0...6) {
            case 0: target.removeSubrange(start..<end)
            case 1: target.insert(contentsOf: random.bytes(random.integer(in: 1...80), in: symbols), at: start)
            case 2: target.replaceSubrange(start..<end, with: random.bytes(end - start, in: symbols))
            case 3: target.insert(contentsOf: target[start..<end], at: random.integer(in: 0...target.count))
            case 4: if start < target.count { target[start] ^= 1 }
            case 5:  // two runs of the base that lie apart there, side by side here
                let run = min(100, base.count)
                let one = random.integer(in: 0...base.count - run)
                let other = random.integer(in: 0...base.count - run)
                target.insert(contentsOf: base[one..<one + run] + base[other..<other + run], at: start)
            default: target += random.bytes(random.integer(in: 1...40), in: symbols)
            }
        }
    }
}
