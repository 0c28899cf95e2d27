import Corpus
import EmbeddedLine
import Foundation
import NIOHTTP1
import Testing

@testable import Listener

/// An observer of the link tries to find a secret of another visitor's page by the lengths that he sees.
///
/// He can have text of his choice stand on pages, and have the victim ask for them as often as he likes. Each digit is tried
/// with all of its values; the one whose answers were shortest is his guess. To be on the safe side he is told the digits
/// before it, sees nothing but these answers, and knows how to make a page as long as where it takes another block.
struct LengthAttacks {
    private static let digits = Array("0123456789abcdef")
    private static let (anna, mallory): (HTTPHeaders, HTTPHeaders) = (
        ["Cookie": "session=anna"], ["Cookie": "session=mallory"]
    )
    private static let isLong = ProcessInfo.processInfo.environment["RAILGUN_LONG"] != nil
    /// Without any protection.
    private static let off = "delta.default = shared\npage.padding = 0"

    /// What stands before and behind the token, which everybody knows.
    private static let (before, behind) = (
        "<form><input type=hidden name=token value=", "></form><p>All prices are in coins, and without postage.</p>\n"
    )

    /// A page with a token and a text that somebody has written.
    private static func page(token: String, text: String) -> [UInt8] {
        Array("<p>\(text)</p>\n".utf8) + samplePage(1500)
            + Array("\(before)\(token)\(behind)".utf8)
    }

    /// What an observer sees of an answer; without how long the origin took, which is told in one to four bytes.
    private static func bytes(_ end: ListenerEnd, _ exchange: () -> AnswerRecorder) throws -> Int {
        let before = end.link.bytesToSender
        let microseconds = try #require(exchange().answer?.report.microseconds)
        return end.link.bytesToSender - before - (microseconds < 64 ? 1 : microseconds < 16_384 ? 2 : 4)
    }

    private struct Score: CustomStringConvertible {
        var found = 0.0
        var digits = 0
        var answers = 0
        /// What chance gives in all but one of a million runs: the mean, and five and a half deviations.
        var most: Double { (Double(digits) + 5.5 * (15 * Double(digits)).squareRoot()) / 16 }
        var description: String {
            "\(found) of \(digits) digits with \(answers) answers; by chance \(Double(digits) / 16)"
        }
    }

    /// Looks for tokens of 8 digits.
    ///
    /// - Parameters:
    ///   - tokens: How many.
    ///   - standsOnPage: Whether the text stands on the victim's page, beside the token; else in the token's place on the
    ///     observer's own, which the victim's may be compared with.
    ///   - victim: Makes what gives, for a text of the observer's choice, the bytes of the victim's answer.
    /// - Returns: How many digits were found.
    /// - Throws: Where an exchange went wrong.
    private func attack(
        tokens: UInt64, standsOnPage: Bool, victim: (String) throws -> (String) throws -> Int
    ) throws -> Score {
        var score = Score()
        for seed in 0..<tokens {
            var random = SeededGenerator(seed: seed)
            let token = (0..<8).map { _ in Self.digits[random.integer(in: 0...15)] }
            let filler = (0..<600).map { _ in String(Self.digits[random.integer(in: 0...15)]).uppercased() }.joined()
            let observe = try victim(String(token))
            func bytes(_ place: Int, _ digit: Character, _ count: Int) throws -> Int {
                score.answers += 1
                let guess = String(token[..<place] + [digit])
                if standsOnPage { return try observe("\(filler.prefix(count)) \(Self.before)\(guess)") }
                // Never the victim's very page: its version would be that of the victim's own copy, which a sender with other
                // settings might offer. That takes a guess of the whole page at once.
                return try observe(guess + filler.suffix(count + 1).prefix(8))
            }
            for place in token.indices {
                var (step, before) = (0, try bytes(place, "~", 0))
                for count in 1..<(standsOnPage ? 600 : 2) {
                    let now = try bytes(place, "~", count)
                    step = count
                    if now > before { break }
                    before = now
                }
                let lengths = try Self.digits.map { digit in
                    try (step - 1...step + 6).reduce(0) { try $0 + bytes(place, digit, $1) }
                }
                let shortest = lengths.min()!
                if lengths[Self.digits.firstIndex(of: token[place])!] == shortest {
                    score.found += 1 / Double(lengths.count { $0 == shortest })
                }
                score.digits += 1
            }
        }
        return score
    }

    /// The observer has a page of his own at the same address, and has there what he believes to stand on the victim's.
    @Test(arguments: [true, false]) func anothersPageIsABaseOnlyWhereTheSiteSaysSo(isOff: Bool) throws {
        let score = try attack(tokens: Self.isLong ? 3 : 1, standsOnPage: false) { token in
            let end = try ListenerEnd(isOff ? Self.off : "")
            return { text in
                let poison = Self.page(token: text, text: "Hello")
                _ = end.fetch(poison, asked: Self.mallory)
                return try Self.bytes(end) {
                    end.fetch(Self.page(token: token, text: "Hello"), asked: Self.anna, offers: [prefix(poison)])
                }
            }
        }
        print("another's page as base, \(isOff ? "unprotected" : "by default"): \(score)")
        #expect(isOff ? score.found >= Double(score.digits) / 2 : score.found <= score.most, "\(score)")
    }

    /// The observer's text stands on the victim's page, which is compared with an earlier one of the victim.
    @Test(arguments: [true, false]) func aSecretBesideTextOfAnotherIsNotFoundDigitByDigit(isOff: Bool) throws {
        let score = try attack(tokens: Self.isLong ? 6 : 2, standsOnPage: true) { token in
            let end = try ListenerEnd(isOff ? Self.off : "")
            let base = Self.page(token: token, text: "Hello")
            _ = end.fetch(base, asked: Self.anna)
            return { text in
                try Self.bytes(end) {
                    end.fetch(Self.page(token: token, text: text), asked: Self.anna, offers: [prefix(base)])
                }
            }
        }
        print("a secret beside text of another, \(isOff ? "unprotected" : "by default"): \(score)")
        #expect(isOff ? score.found >= Double(score.digits) / 2 : score.found <= score.most, "\(score)")
    }
}
