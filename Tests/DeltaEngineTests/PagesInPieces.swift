import Corpus
import DeltaEngine
import Testing

/// Pages without a base that are read while their delta comes.
struct PagesInPieces {
    private static func delta(_ page: [UInt8]) throws -> [UInt8] {
        var encoder = try DeltaEncoder()
        return try encoder.encode(page.span, against: nil, level: .auto, microseconds: 0)
    }

    private static func reader(of delta: [UInt8], pageBytes: Int) throws -> PageReader {
        guard let reader = PageReader(startOf: delta.span, pageBytes: pageBytes) else { throw NoReader() }
        return reader
    }

    private struct NoReader: Error {}

    private static func isLeft(_ delta: [UInt8], pageBytes: Int) -> Bool {
        guard PageReader(startOf: delta.span, pageBytes: pageBytes) != nil else { return true }
        return false
    }

    private static func page(_ seed: UInt64) -> [UInt8] {
        let kinds = CorpusGenerator.Kind.allCases
        return Array(CorpusGenerator(seed: seed).versions(of: kinds[Int(seed) % kinds.count]).prefix(1))[0]
    }

    @Test(arguments: UInt64(0)..<20)
    func aPageIsTheSameHoweverItsDeltaIsSplit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(seed)
        let delta = try Self.delta(page)
        var reader = try Self.reader(of: delta, pageBytes: page.count)
        var rest = delta[reader.headerBytes...]
        while !rest.isEmpty {
            #expect(throws: DeltaError.self) { try reader.version() }
            let count = random.integer(in: 0...random.pick([1, 100, 20_000]))
            try reader.read(Array(rest.prefix(count)).span)
            rest = rest.dropFirst(count)
        }
        let (read, version, isAtEnd) = (reader.page, try reader.version(), reader.isAtEnd)
        #expect(read == page && version == PageVersion(of: page.span) && isAtEnd)
        #expect(throws: DeltaError.corrupt(.trailingBytes(1))) { try reader.read([0].span) }
    }

    @Test func halfOfADeltaMakesAboutHalfOfThePage() throws {
        let page = Self.page(3)
        let delta = try Self.delta(page)
        var reader = try Self.reader(of: delta, pageBytes: page.count)
        try reader.read(Array(delta[reader.headerBytes..<delta.count / 2]).span)
        let (read, isAtEnd) = (reader.page, reader.isAtEnd)
        #expect(read.count > page.count / 4 && !isAtEnd && page.starts(with: read))
    }

    @Test(arguments: UInt64(0)..<40)
    func aDamagedDeltaMakesAnErrorOrAnotherVersion(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(seed % 5)
        var delta = try Self.delta(page)
        let place = random.integer(in: PageReader.startBytes...delta.count - 1)
        switch seed % 3 {
        case 0: delta[place] ^= 1 << UInt8(random.integer(in: 0...7))
        case 1: delta.removeSubrange(place...)
        default: delta.insert(UInt8(random.integer(in: 0...255)), at: place)
        }
        do {
            var reader = try Self.reader(of: delta, pageBytes: page.count)
            for piece in stride(from: reader.headerBytes, to: delta.count, by: 5000) {
                try reader.read(Array(delta[piece..<min(delta.count, piece + 5000)]).span)
                let count = reader.page.count
                #expect(count <= page.count)
            }
            let (read, version) = (reader.page, try reader.version())
            #expect(version == PageVersion(of: read.span) && (version != PageVersion(of: page.span) || read == page))
        } catch is DeltaError {}
    }

    @Test func noMoreIsReadThanWasAnnounced() throws {
        let zeros = [UInt8](repeating: 0, count: 300_000)
        var delta = try Self.delta(zeros)
        #expect(Array(delta[..<4]) == [0x03, 0xe0, 0xa7, 0x12])
        delta[1] -= 1  // a byte less
        var reader = try Self.reader(of: delta, pageBytes: zeros.count - 1)
        #expect(throws: DeltaError.corrupt(.invalid(.page))) {
            try reader.read(Array(delta[reader.headerBytes...]).span)
        }
    }

    @Test func allOtherDeltasAreLeftToTheDecoder() throws {
        let (page, old) = (Self.page(1), Self.page(2))
        var encoder = try DeltaEncoder()
        let base = try DeltaBase(old)
        for level in DeltaLevel.allCases {
            let delta = try encoder.encode(page.span, against: base, level: level)
            if delta[0] != 3 { #expect(Self.isLeft(delta, pageBytes: page.count)) }
        }
        for level in [DeltaLevel.stored, .fast] {
            let delta = try encoder.encode(page.span, against: nil, level: level)
            #expect(Self.isLeft(delta, pageBytes: page.count))
        }
        let delta = try Self.delta(page)
        #expect(Self.isLeft(delta, pageBytes: page.count + 1))
        let nothing: [UInt8] = []
        #expect(Self.isLeft(nothing, pageBytes: 0))
    }
}
