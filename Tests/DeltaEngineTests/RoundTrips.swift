import DeltaEngine
import Testing

struct RoundTrips {
    @Test(arguments: DeltaLevel.allCases)
    func aChangedPageComesBackByteForByte(level: DeltaLevel) throws {
        let old = [UInt8]("<p>The time is 10:15.</p>".utf8)
        let new = [UInt8]("<p>The time is 10:16.</p>".utf8)
        var encoder = try DeltaEncoder()
        var decoder = DeltaDecoder()
        let delta = try encoder.encode(new.span, against: DeltaBase(old), level: level)
        let version = PageVersion(of: new.span)
        #expect(try decoder.decode(delta.span, base: old.span, expecting: version) == new)
    }
}
