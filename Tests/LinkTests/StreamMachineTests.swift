import Corpus
import Testing

@testable import Link

/// One stream's rules, without a link.
struct StreamMachineTests {
    private func machine(credit: Int = 100) -> StreamMachine {
        StreamMachine(sendCredit: credit, receiveCredit: credit)
    }

    @Test func aStreamIsDoneWhenBothDirectionsAre() throws {
        var machine = machine()
        #expect(machine.isSending && machine.isReceiving && !machine.hasSentHead && !machine.hasReceivedHead)
        machine.sentHead(interim: false, end: true)
        #expect(!machine.isSending && machine.hasSentHead && !machine.isDone)
        try machine.receivedHead(interim: true, end: false)
        #expect(!machine.hasReceivedHead)
        try machine.receivedHead(interim: false, end: false)
        #expect(machine.hasReceivedHead && machine.isReceiving)
        try machine.receivedBody(byteCount: 10, end: false)
        try machine.receivedBody(byteCount: 0, end: true)
        #expect(machine.isDone)
    }

    @Test func trailersEndADirection() throws {
        var machine = machine()
        machine.sentHead(interim: true, end: false)
        machine.sentHead(interim: false, end: false)
        machine.sentBody(byteCount: 100, end: false)
        #expect(machine.sendCredit == 0 && machine.isSending)
        machine.sentTrailers()
        try machine.receivedHead(interim: false, end: false)
        try machine.receivedTrailers()
        #expect(machine.isDone)
    }

    /// What may come in the wrong place: each is told in words.
    @Test(arguments: [
        ("head", "a second head on one stream"), ("interim", "a second head on one stream"),
    ])
    func nothingMayComeTwice(frame: String, words: String) throws {
        var machine = machine()
        try machine.receivedHead(interim: false, end: false)
        #expect(throws: LinkError.violation(words)) {
            try machine.receivedHead(interim: frame == "interim", end: false)
        }
    }

    @Test func anInterimAnswerMayNotEnd() {
        var machine = machine()
        #expect(throws: LinkError.violation("an interim answer that ends the stream")) {
            try machine.receivedHead(interim: true, end: true)
        }
    }

    @Test(arguments: [false, true])
    func bodyAndTrailersNeedAHeadBeforeAndNoEnd(afterTheEnd: Bool) throws {
        var machine = machine()
        if afterTheEnd { try machine.receivedHead(interim: false, end: true) }
        #expect(throws: LinkError.violation("a body before its head, or after its end")) {
            try machine.receivedBody(byteCount: 0, end: false)
        }
        #expect(throws: LinkError.violation("trailers before a head, or after the end")) {
            try machine.receivedTrailers()
        }
    }

    @Test func bytesBeyondTheCreditAreAViolation() throws {
        var machine = machine()
        try machine.receivedHead(interim: false, end: false)
        try machine.receivedBody(byteCount: 60, end: false)
        #expect(throws: LinkError.violation("41 bytes of body where only 40 more were granted")) {
            try machine.receivedBody(byteCount: 41, end: false)
        }
    }

    @Test(arguments: [0, 0x3fff_ffff, UInt64.max])
    func creditOfNothingOrTooMuchIsAViolation(grant: UInt64) throws {
        var machine = machine()
        try machine.receivedCredit(5)
        #expect(machine.sendCredit == 105)
        #expect(throws: LinkError.self) { try machine.receivedCredit(grant) }
        try machine.receivedCredit(0x3fff_ffff - 105)
        #expect(machine.sendCredit == 0x3fff_ffff)
    }

    @Test func creditIsGrantedAtHalfAWindowAndNotAfterTheEnd() throws {
        var pool = CreditPool(byteCount: 0)
        var machine = machine()
        try machine.receivedHead(interim: false, end: false)
        try machine.receivedBody(byteCount: 90, end: false)
        #expect(machine.consumed(49, from: &pool) == 0)
        #expect(machine.consumed(1, from: &pool) == 50)
        #expect(machine.consumed(40, from: &pool) == 0)
        try machine.receivedBody(byteCount: 60, end: true)
        #expect(machine.consumed(60, from: &pool) == 0)
    }

    @Test func aWindowGrowsFromThePoolAndGivesBackWhatItTook() throws {
        var pool = CreditPool(byteCount: 1000)
        var window = ReceiveWindow(byteCount: 200)
        try window.received(200)
        #expect(window.consumed(200, from: &pool, more: true) == 400 && pool.availableBytes == 800)
        try window.received(400)
        #expect(window.consumed(400, from: &pool, more: true) == 800 && pool.availableBytes == 400)
        try window.received(800)
        #expect(window.consumed(800, from: &pool, more: true) == 800)  // 800 more are not in the pool
        #expect(pool.availableBytes == 400)
        window.giveBack(to: &pool)
        window.giveBack(to: &pool)
        #expect(pool.availableBytes == 1000)
    }

    @Test func aWindowGrowsToItsBoundAndNoFurther() throws {
        var pool = CreditPool(byteCount: 100 << 20)
        var window = ReceiveWindow(byteCount: 128 * 1024)
        var credit = 128 * 1024
        for _ in 0..<100 {
            try window.received(credit)
            credit = window.consumed(credit, from: &pool, more: true)
        }
        #expect(credit == ReceiveWindow.maxBytes)
        #expect((100 << 20) - pool.availableBytes == ReceiveWindow.maxBytes - 128 * 1024)
    }

    @Test func closingGivesBackAndEndsBothDirections() throws {
        var pool = CreditPool(byteCount: 1000)
        var machine = machine()
        try machine.receivedHead(interim: false, end: false)
        try machine.receivedBody(byteCount: 100, end: false)
        #expect(machine.consumed(100, from: &pool) == 200 && pool.availableBytes == 900)
        machine.close(returningTo: &pool)
        #expect(machine.isDone && pool.availableBytes == 1000)
    }

    /// Whatever is sent and handed on, in whatever steps: granted credit and unread bytes stay within the window.
    @Test(arguments: UInt64(0)..<100)
    func whatIsUnreadStaysWithinTheWindow(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var pool = CreditPool(byteCount: Int.random(in: 0...4 << 20, using: &random))
        let whole = pool.availableBytes
        let initial = Int.random(in: 16_384...1 << 20, using: &random)
        var window = ReceiveWindow(byteCount: initial)
        var (credit, unread) = (initial, 0)
        for _ in 0..<500 {
            let sent = Int.random(in: 0...credit, using: &random)
            try window.received(sent)
            (credit, unread) = (credit - sent, unread + sent)
            let handedOn = Int.random(in: 0...unread, using: &random)
            credit += window.consumed(handedOn, from: &pool, more: true)
            unread -= handedOn
            #expect(credit + unread <= initial + whole - pool.availableBytes)
            #expect(credit + unread < 2 * max(initial, ReceiveWindow.maxBytes) && pool.availableBytes >= 0)
        }
    }
}
