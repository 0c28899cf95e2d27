/// A page of any length, and a later version of it: what shows how cost grows with length.
package struct SyntheticPage {
    /// The old version.
    package let base: [UInt8]
    /// The new version: about 1 % of its bytes, in small changes all over the page, are new.
    package let target: [UInt8]

    /// Makes both versions; the same seed makes the same page.
    package init(byteCount: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        base = Self.page(byteCount, &random)
        target = Self.laterVersion(of: base, &random)
    }

    /// Entries of a list, each with words and numbers of its own: no two stretches of the page are the same for long.
    private static func page(_ byteCount: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let words = (0..<4096).map { _ in random.bytes(2 + random.below(9), alphabet: 26, from: 0x61) }
        var page: [UInt8] = []
        page.reserveCapacity(byteCount + 1024)
        while page.count < byteCount {
            page += #"<li class="entry" id="e"#.utf8
            page += String(random.below(1_000_000_000)).utf8
            page += #""><a href="/"#.utf8
            page += words[random.below(words.count)]
            page += #"">"#.utf8
            for _ in 0..<8 + random.below(24) {
                page += words[random.below(words.count)]
                page.append(0x20)
            }
            page += "</a></li>\n".utf8
        }
        page.removeLast(page.count - byteCount)
        return page
    }

    /// One change in about 1,600 bytes: 16 bytes give way to 12 to 20 new ones.
    private static func laterVersion(of base: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var target: [UInt8] = []
        target.reserveCapacity(base.count + base.count / 256 + 64)
        var position = 0
        while position < base.count {
            let kept = min(800 + random.below(1600), base.count - position)
            target += base[position..<position + kept]
            position += kept
            guard base.count - position >= 16 else { continue }
            target += random.bytes(12 + random.below(9), alphabet: 26, from: 0x61)
            position += 16
        }
        return target
    }
}
