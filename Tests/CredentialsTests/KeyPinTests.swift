import Testing

@testable import Credentials

struct KeyPinTests {
    /// Base64 has slashes of its own, one of 64 pins begins with one.
    @Test(arguments: ["a", "/", "//"]) func aPinIsReadAsItIsPrintedAndAsCurlHasIt(start: String) {
        let digits = start + String(repeating: "A", count: 43 - start.utf8.count) + "="
        let pin = "sha256/\(digits)"
        #expect(KeyPin(pin)?.description == pin)
        #expect(KeyPin("sha256//\(digits)")?.description == pin)
    }

    @Test(arguments: ["", "sha256/", "sha256/QUJD", "sha1/\(String(repeating: "A", count: 43))=", "sha256///////"])
    func anythingElseIsNoPin(text: String) {
        #expect(KeyPin(text) == nil)
        #expect(KeyPin("sha256/\(String(repeating: "A", count: 45))=") == nil)
    }
}
