import HTTPRules
import Testing

struct Header {
    static let example = RailgunHeader(
        connection: 0xE9_5B1C46, passage: .delta(ratioBasisPoints: 29), originTime: .microseconds(37_872),
        flags: [.addressMapped, .originReused, .versionOffered, .versionKnown], version: "1.0.0")

    @Test func itIsWrittenInOneLine() {
        #expect(Self.example.text == "00e95b1c46 0.29 0.037872 0x39 1.0.0")
        var direct = Self.example
        (direct.connection, direct.passage, direct.flags) = (0, .direct(reason: "the link is down"), [])
        #expect(direct.text == "0000000000 direct (the link is down) 0.037872 0x00 1.0.0")
    }

    @Test(arguments: [
        RailgunHeader.Passage.stream, .normal, .delta(ratioBasisPoints: 0), .delta(ratioBasisPoints: 12_345),
        .direct(reason: "no link"),
    ])
    func whatIsWrittenIsRead(_ passage: RailgunHeader.Passage) throws {
        var header = Self.example
        header.passage = passage
        #expect(try RailgunHeader(parsing: header.text) == header)
    }

    @Test(arguments: [
        "", "00e95b1c46", "e95b1c46 0.29 0.037872 0x39 1.0.0", "00e95b1c46 0.2 0.037872 0x39 1.0.0",
        "00e95b1c46 +0.29 0.037872 0x39 1.0.0",
        "00e95b1c46 0.29 1 0x39 1.0.0", "00e95b1c46 0.29 0.037872 39 1.0.0", "00e95b1c46 0.29 0.037872 0x80 1.0.0",
        "00e95b1c46 0.29 0.037872 0x+1 1.0.0",
        "00e95b1c46 0.29 0.037872 0x39 ", "00e95b1c46 0.29 0.037872 0x39 1.0 0",
        "00e95b1c46 direct () 0.037872 0x39 1.0.0",
        "00e95b1c46 direct (a 0.037872 0x39 1.0.0", "00e95b1c46 direct (a)0.037872 0x39 1.0.0",
        "00e95b1c46  0.29 0.037872 0x39 1.0.0",
        "00e95b1c46 other 0.037872 0x39 1.0.0", "00e95b1c46 direct (\u{E9}) 0.037872 0x39 1.0.0",
        "00e95b1c46 0.29 9999999999.000000 0x39 1.0.0",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(throws: RailgunHeaderError.self) { try RailgunHeader(parsing: text) }
    }

    @Test func itIsDescribedInPlainWords() {
        let words = Self.example.describe
        #expect(words.hasPrefix("The page crossed the link as a difference, 0.29 % of its size.\n"))
        #expect(words.contains("The origin's first byte came after 37.872 ms."))
        #expect(words.contains("The sender offered a version that it held.") && !words.contains("default"))
    }
}
