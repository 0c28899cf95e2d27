import CEngineHash
import Testing
import Workloads

struct WorkloadTests {
    @Test func aSeedAlwaysGivesTheSamePairs() {
        let pairs = HostilePairs(seed: 7, byteCounts: 2000...4000)
        for number in 0..<40 {
            let (one, other) = (pairs.pair(number), pairs.pair(number))
            #expect(one.name == other.name && one.base == other.base && one.target == other.target)
        }
    }

    @Test(arguments: 0..<68)
    func everyPairIsAboutAsLongAsAskedFor(number: Int) {
        let pair = HostilePairs(seed: 3, byteCounts: 3000...5000).pair(number)
        #expect((2800...5200).contains(pair.base.count), "\(pair.name)")
        #expect((2800...46_000).contains(pair.target.count), "\(pair.name)")
    }

    @Test func floodingBlocksShareASlotOfTheEngine() throws {
        let pairs = HostilePairs(seed: 1, byteCounts: 4096...4096)
        let floods = (0..<68).map { pairs.pair($0) }.filter { $0.name.hasPrefix("hash flood") }
        #expect(floods.count == 8)
        for flood in floods {
            let isShort = flood.name.contains("short")
            let step = isShort ? engine_short_block_bytes : engine_long_block_bytes
            for start in stride(from: 0, through: flood.base.count - step, by: step) {
                let block = Array(flood.base[start..<start + step])
                let hash = unsafe isShort ? engine_short_hash(block) : engine_long_hash(block)
                #expect(hash >> 50 == 0)
            }
        }
    }

    @Test func aDeBruijnSequenceHoldsEveryStringOnce() throws {
        // Order 4 over 16 symbols: 65,536 bytes, of which the pair's base is one whole turn.
        let pairs = HostilePairs(seed: 5, byteCounts: 65_536...65_536)
        let pair = try #require(
            (0..<2000).lazy.map { number in (number, number % 17 == 7) }.filter(\.1).map { pairs.pair($0.0) }
                .first { $0.name.contains("order 4 over 16") })
        let turn = pair.base + pair.base.prefix(3)
        #expect(Set((0..<65_536).map { Array(turn[$0..<$0 + 4]) }).count == 65_536)
    }

    @Test func aLaterVersionOfASyntheticPageKeepsMostOfIt() {
        let page = SyntheticPage(byteCount: 200_000, seed: 1)
        #expect(page.base.count == 200_000)
        #expect((195_000...205_000).contains(page.target.count))
        let common = zip(page.base, page.target).prefix { $0 == $1 }.count
        #expect((800..<200_000).contains(common))
        #expect(Set(page.base.split(separator: 0x0a).map { Array($0) }).count > 800)
    }
}
