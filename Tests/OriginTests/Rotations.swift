import Corpus
import NIOCore
import Operations
import Testing

@testable import Origin

/// Whose turn it is, without clock and connections.
struct Rotations {
    private let settings = OriginHealthSettings()
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test(arguments: UInt64(0)..<100)
    func requestsAreSharedByWeightAndEvenly(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let largest = seed.isMultiple(of: 2) ? 5 : 100
        let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in Int.random(in: 0...largest, using: &random)
        }
        let total = weights.reduce(0, +)
        var rotation = OriginRotation()
        var counts = Array(repeating: 0, count: weights.count)
        for number in 1...3 * max(1, total) {
            guard let place = rotation.next(weights: weights) else {
                #expect(total == 0)
                return
            }
            counts[place] += 1
            for (count, weight) in zip(counts, weights) {
                let owed = Double(number * weight) / Double(total)
                #expect(abs(Double(count) - owed) < 2, "\(weights) after \(number): \(counts)")
            }
        }
        #expect(counts == weights.map { $0 * 3 })
    }

    @Test func anExampleOfNginx() {
        var rotation = OriginRotation()
        #expect((0..<7).map { _ in rotation.next(weights: [5, 1, 1]) } == [0, 0, 1, 0, 2, 0, 0])
    }

    /// Whatever became of requests before: the well ones first, then backups, then any; and each only once.
    @Test(arguments: UInt64(0)..<200)
    func theRightOnesAreChosen(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...6, using: &random)
        var origins = (0..<count).map {
            MappedOrigin(
                host: "o\($0)", weight: .random(in: 1...1000, using: &random), isBackup: .random(using: &random))
        }
        origins[0].isBackup = false
        var conditions = Array(repeating: OriginCondition(), count: count)
        var rotation = OriginRotation()
        var now = start
        for _ in 0..<300 {
            now = now + .milliseconds(.random(in: 0...4000, using: &random))
            let place = Int.random(in: 0..<count, using: &random)
            if Bool.random(using: &random) {
                for _ in 0..<3 { _ = conditions[place].failed(now, settings) }
            } else {
                _ = conditions[place].answered(began: now, now)
            }
            let isRepeatable = Bool.random(using: &random)
            func isWell(_ place: Int) -> Bool {
                conditions[place].share(now, settings) > 0
                    || conditions[place].isDue(now, settings, isRepeatable: isRepeatable)
            }
            var tried: [Int] = []
            while let next = rotation.choose(
                among: origins, conditions, tried: tried, isRepeatable: isRepeatable, now, settings)
            {
                try #require(!tried.contains(next))
                func exists(_ holds: (Int) -> Bool) -> Bool {
                    origins.indices.contains { !tried.contains($0) && holds($0) }
                }
                let wellPrimary = exists { !origins[$0].isBackup && isWell($0) }
                let wellBackup = exists { origins[$0].isBackup && isWell($0) }
                if wellPrimary {
                    #expect(!origins[next].isBackup && isWell(next))
                } else if wellBackup {
                    #expect(origins[next].isBackup && isWell(next))
                } else {
                    #expect(!origins[next].isBackup || !exists { !origins[$0].isBackup })
                }
                tried.append(next)
            }
            #expect(tried.count == count)
        }
    }

    @Test func whatComesBackGetsMoreAndMore() {
        let origins = [MappedOrigin(host: "a"), MappedOrigin(host: "b")]
        var conditions = [OriginCondition(), OriginCondition()]
        for _ in 0..<3 { _ = conditions[1].failed(start, settings) }
        _ = conditions[1].answered(began: start, start)
        var rotation = OriginRotation()
        var perSecond = Array(repeating: 0, count: 12)
        for second in 0..<12 {
            for tenth in 0..<200 {
                let now = start + .milliseconds(Int64(second * 1000 + tenth * 5))
                let place = rotation.choose(
                    among: origins, conditions, tried: [], isRepeatable: true, now, settings)
                perSecond[second] += place ?? 0
            }
        }
        #expect(
            perSecond[0] > 0 && perSecond[0] < 20 && zip(perSecond, perSecond.dropFirst()).allSatisfy { $0 <= $1 + 1 })
        #expect(perSecond[10...].allSatisfy { 99...101 ~= $0 }, "\(perSecond)")
    }
}
