import Corpus
import Testing

@testable import Link

/// Which connections a listener opens, where it can't choose the place that one comes to.
struct DialedPlacesTests {
    private var places = DialedPlaces()

    @Test mutating func theFirstConnectionTellsHowManyThereAre() {
        #expect(places.dial() == [1] && places.dial() == [])
        #expect(places.opened(1, place: 2, of: 3) == .keep(replaces: nil))
        #expect(places.dial() == [2])  // the sender may refuse this listener yet: not all at once
        places.proved()
        #expect(places.dial() == [3])
        #expect(places.opened(2, place: 2, of: 3) == .surplus)
        #expect(places.dial() == [4])
    }

    @Test mutating func whileTheSenderIsAwayOneAttemptAtATimeIsMade() {
        _ = places.dial()
        _ = places.opened(1, place: 1, of: 8)
        places.proved()
        #expect(places.dial().count == 7)
        for connection in 1...8 { places.ended(connection, hasFailed: connection > 1) }
        #expect(places.dial() == [9])
    }

    @Test mutating func aFreshConnectionTakesOverFromAStaleOne() {
        _ = places.dial()
        _ = places.opened(1, place: 1, of: 1)
        places.proved()
        places.replaceAll()
        #expect(places.dial() == [2])
        #expect(places.opened(2, place: 1, of: 1) == .keep(replaces: 1))
        places.ended(1, hasFailed: false)
        #expect(places.dial() == [])
    }

    @Test mutating func aConnectionThatWasStaleBeforeItWasOpenIsReplacedToo() {
        _ = places.dial()
        places.replaceAll()
        #expect(places.opened(1, place: 1, of: 1) == .keep(replaces: nil))
        places.proved()
        #expect(places.dial() == [2] && places.opened(2, place: 1, of: 1) == .keep(replaces: 1))
        #expect(places.dial() == [])
    }

    @Test(arguments: UInt64(0)..<200) mutating func everyPlaceIsCoveredOnceWhateverHappens(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...9, using: &random)
        var dialing: [Int] = []
        var kept: [Int: Int] = [:]  // connection: place
        func quiet(_ step: Int) -> Bool { step > 100 }  // then nothing more is lost
        for step in 0..<400 {
            dialing += places.dial()
            switch Int.random(in: 0...9, using: &random) {
            case 0 where !quiet(step):
                guard let connection = dialing.popLast() else { continue }
                places.ended(connection, hasFailed: true)
            case 1 where !quiet(step):
                guard let connection = kept.keys.sorted().randomElement(using: &random) else { continue }
                kept[connection] = nil
                places.ended(connection, hasFailed: Bool.random(using: &random))
            case 2 where !quiet(step): places.replaceAll()
            default:
                guard !dialing.isEmpty else { continue }
                let connection = dialing.removeFirst()
                let place = Int.random(in: 1...count, using: &random)
                guard case .keep(let old) = places.opened(connection, place: place, of: count) else { continue }
                if let old {
                    #expect(kept[old] == place)
                    kept[old] = nil
                    places.ended(old, hasFailed: false)
                }
                kept[connection] = place
                places.proved()
            }
            #expect(Set(kept.values).count == kept.count && dialing.count <= count)
        }
        #expect(kept.values.sorted() == Array(1...count) && dialing.isEmpty)
    }
}
