import DeltaEngine
import Testing

struct DeltaFiles {
    private let old = [UInt8]("<p>Seven comments</p>".utf8)
    private let new = [UInt8]("<p>Eight comments</p>".utf8)

    private func file(base: Bool = true) throws -> DeltaFile {
        var encoder = try DeltaEncoder()
        return try DeltaFile(
            base: base ? PageVersion(of: old.span) : nil, target: PageVersion(of: new.span),
            delta: encoder.encode(new.span, against: base ? DeltaBase(old) : nil))
    }

    @Test(arguments: [true, false])
    func aFileComesBackFromItsBytesAndRebuildsThePage(withBase: Bool) throws {
        let bytes = try file(base: withBase).bytes
        let read = try DeltaFile(parsing: bytes.span)
        #expect(try read == file(base: withBase))
        var decoder = DeltaDecoder()
        let page = try read.rebuild(from: old.span, with: &decoder)
        #expect(page == new)
    }

    @Test func anotherBaseIsNamedWithTheOneThatWasExpected() throws {
        var decoder = DeltaDecoder()
        let error = DeltaError.wrongBase(expected: PageVersion(of: old.span), actual: PageVersion(of: new.span))
        let file = try file()
        let actual = thrown { () throws(DeltaError) in try file.rebuild(from: new.span, with: &decoder) }
        #expect(actual == error)
        #expect(error.description.contains(PageVersion(of: old.span).description))
    }

    @Test func everyTruncationIsAnError() throws {
        let bytes = try file().bytes
        var decoder = DeltaDecoder()
        for length in bytes.indices {
            let cut = Array(bytes[..<length])
            let error = thrown { () throws(DeltaError) in
                try DeltaFile(parsing: cut.span).rebuild(from: old.span, with: &decoder)
            }
            #expect(error != nil)
        }
    }

    @Test func whatIsNoDeltaFileIsRefused() {
        let page = thrown { () throws(DeltaError) in try DeltaFile(parsing: old.span) }
        #expect(page == .unknownKind(UInt8(ascii: "<")))
        let flags = [UInt8]("RGD".utf8) + [1, 0x80] + [UInt8](repeating: 0, count: 80)
        let newer = thrown { () throws(DeltaError) in try DeltaFile(parsing: flags.span) }
        #expect(newer == .unknownKind(0x80))
    }
}
