import DeltaEngine
import Testing

struct PageVersions {
    // FIPS 180-4's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func aVersionIsTheSHA256OfTheExactBytes(text: String, hex: String) {
        let page = [UInt8](text.utf8)
        let version = PageVersion(of: page.span)
        #expect(version.description == hex)
        #expect(version.shortDescription == hex.prefix(12))
    }

    @Test func aVersionComesBackFromItsBytesAndItsDigits() {
        let page: [UInt8] = [1, 2, 3]
        let version = PageVersion(of: page.span)
        let bytes = version.bytes
        let again = PageVersion(bytes: bytes.span)
        #expect(again == version)
        #expect(PageVersion(hex: version.description) == version)
        #expect(PageVersion(hex: version.description.uppercased()) == version)
    }

    @Test(arguments: ["", "12", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
    func anythingElseIsNoVersion(text: String) {
        #expect(PageVersion(hex: text) == nil)
        let bytes = [UInt8](text.utf8)
        let version = PageVersion(bytes: bytes.span)
        #expect(version == nil)
    }

    @Test func digitsOutsideASCIIAreNoVersion() {
        #expect(PageVersion(hex: String(repeating: "٣", count: 64)) == nil)
    }
}
