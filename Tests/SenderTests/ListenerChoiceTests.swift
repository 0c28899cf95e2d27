import Corpus
import NIOCore
import Testing

@testable import Operations
@testable import Sender

/// Who gets the next request.
struct ListenerChoiceTests {
    private static func candidate(_ milliseconds: Int64, streams: Int = 0, share: Double = 1) -> ListenerCandidate {
        ListenerCandidate(latency: .milliseconds(milliseconds), streams: streams, share: share)
    }

    /// How many of so many requests each candidate gets, where none of them ever ends or all end at once.
    private func counts(
        _ policy: ListenerGroupSettings.Policy, _ candidates: [ListenerCandidate?], requests: Int = 1000,
        seed: UInt64, pileUp: Bool = false
    ) -> [Int] {
        var (choice, random) = (ListenerChoice(policy), SeededGenerator(seed: seed))
        var (candidates, counts) = (candidates, candidates.map { _ in 0 })
        for _ in 0..<requests {
            guard let place = choice.next(among: candidates, using: &random) else { continue }
            counts[place] += 1
            if pileUp { candidates[place]!.streams += 1 }
        }
        return counts
    }

    @Test(arguments: UInt64(0)..<20) func theNearestOfTwoGetsAllWhileItIsNotBusy(seed: UInt64) {
        #expect(counts(.fastest, [Self.candidate(40), Self.candidate(2)], seed: seed) == [0, 1000])
    }

    @Test(arguments: UInt64(0)..<20) func aBusyOneIsAsFarAwayAsItsQueue(seed: UInt64) {
        let got = counts(.fastest, [Self.candidate(30), Self.candidate(10)], requests: 400, seed: seed, pileUp: true)
        #expect(got == [100, 300])
    }

    @Test(arguments: UInt64(0)..<20) func ofManyTheFarthestGetsNothingAndEqualOnesGetMuchTheSame(seed: UInt64) {
        let far = counts(.fastest, [1, 2, 3, 4, 50].map { Self.candidate($0) }, seed: seed)
        #expect(far[4] == 0 && far[0] > far[1] && far[1] > far[2] && far[2] > far[3])
        let equal = counts(.fastest, [Self.candidate(1), Self.candidate(1), Self.candidate(0)], seed: seed)
        #expect(equal.allSatisfy { 250...420 ~= $0 }, "\(equal)")
    }

    @Test(arguments: UInt64(0)..<20) func whoComesBackGetsItsShareAndIsNeverStarvedAlone(seed: UInt64) {
        let share = counts(.fastest, [Self.candidate(1, share: 0.2), Self.candidate(30)], seed: seed)
        #expect(130...270 ~= share[0], "\(share)")
        for policy in ListenerGroupSettings.Policy.allCases {
            #expect(counts(policy, [Self.candidate(1, share: 0)], seed: seed) == [1000])
            #expect(counts(policy, [nil, Self.candidate(1, share: 0), nil], seed: seed) == [0, 1000, 0])
        }
    }

    @Test(arguments: UInt64(0)..<20) func anOpenCircuitIsPassedByUnlessAllAreOpen(seed: UInt64) {
        var broken = Self.candidate(1)
        broken.isAdmitted = false
        for policy in ListenerGroupSettings.Policy.allCases {
            #expect(counts(policy, [broken, Self.candidate(50)], seed: seed) == [0, 1000])
            #expect(counts(policy, [broken, broken], seed: seed).reduce(0, +) == 1000)
        }
    }

    @Test func eachInTurn() {
        let three = [1, 20, 300].map { Self.candidate($0) }
        #expect(counts(.roundRobin, three, requests: 999, seed: 1) == [333, 333, 333])
        #expect(counts(.roundRobin, [three[0], nil, three[2]], requests: 10, seed: 1) == [5, 0, 5])
    }

    @Test func theFirstThatIsWell() {
        #expect(counts(.primary, [Self.candidate(90), Self.candidate(1)], seed: 1) == [1000, 0])
        #expect(counts(.primary, [nil, Self.candidate(1)], seed: 1) == [0, 1000])
        let back = counts(.primary, [Self.candidate(90, share: 0.5), Self.candidate(1)], seed: 1)
        #expect(400...600 ~= back[0])
        var (first, second) = (Self.candidate(1, share: 0), Self.candidate(1, share: 0))
        (first.wellSince, second.wellSince) = (.uptimeNanoseconds(2), .uptimeNanoseconds(1))
        #expect(counts(.primary, [first, second], seed: 1) == [0, 1000])
    }

    @Test func whereThereIsNoneThereIsNone() {
        #expect(counts(.fastest, [], seed: 1).isEmpty && counts(.primary, [nil, nil], seed: 1) == [0, 0])
    }
}
