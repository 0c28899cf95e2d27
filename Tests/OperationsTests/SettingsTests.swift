import Testing

@testable import Operations

struct SettingsTests {
    /// What is wrong with a text, one line each.
    private func problems(_ text: String, take: (inout Settings) -> Void = { _ in }) -> [String] {
        var settings = Settings(text, file: "f.conf")
        take(&settings)
        do { try settings.finish() } catch { return error.problems.map(\.description) }
        return []
    }

    @Test func commentsAndSpacesAreNoPartOfValues() throws {
        var settings = Settings(
            "\u{FEFF}# x = 1\r\n\r\n  a.b=  one two # three\r\n\tc = x#y\t#\n#d = 1\ne =\n", file: "f")
        #expect(settings.takeText("a.b") == "one two")
        #expect(settings.takeText("c") == "x#y")
        #expect(settings.takeText("d") == nil)
        #expect(settings.takeText("e") == nil)
        #expect(settings.gives("e") && !settings.gives("d"))
        try settings.finish()
    }

    @Test func theErrorNamesFileLineKeyValueAndRange() {
        let found = problems("\n\nlan.timeout = 3O s") {
            _ = $0.take("lan.timeout", default: .seconds(30), in: .seconds(1) ... .seconds(3600))
        }
        #expect(found == ["f.conf:3: lan.timeout = 3O s: use 1 s … 3600 s"])
    }

    @Test func allErrorsAreReportedAtOnceInTheOrderOfLines() {
        let found = problems("nonsense\na = 2\nlan.timout = 3 s\nb = 9\na = 3\nzzz = 1\nq r = 1\n= 4") {
            _ = $0.take("b", default: 1, in: 1...8)
            _ = $0.take("a", default: false)
            _ = $0.take("lan.timeout", default: .seconds(30), in: .seconds(1) ... .seconds(3600))
            $0.refuse("cert.file", "is missing")
        }
        #expect(
            found == [
                "f.conf:1: nonsense: use key = value", "f.conf:2: a = 2: use 0 or 1",
                "f.conf:3: lan.timout: there is no such setting; is lan.timeout meant?", "f.conf:4: b = 9: use 1 … 8",
                "f.conf:5: a = 3: is given twice; the first is in line 2", "f.conf:6: zzz: there is no such setting",
                "f.conf:7: q r = 1: use key = value", "f.conf:8: = 4: use key = value",
                "f.conf: cert.file: is missing",
            ])
    }

    @Test func aHiddenCharacterIsRefusedAndShown() {
        #expect(
            problems("a\u{1B}[2J = 1") == ["f.conf:1: a\\u{1b}[2J = 1: has a character that can't be seen; remove it"])
        #expect(problems("a = 1\u{202E}").count == 1)
    }

    @Test(arguments: [
        ("100 ms", 100), ("3", 3_000), ("3 s", 3_000), ("3s", 3_000), ("5 min", 300_000), ("1 h", 3_600_000),
        ("2 d", 172_800_000), ("0", 0),
    ])
    func durationsHaveUnits(text: String, milliseconds: Int) {
        #expect(DurationText(text, unit: .seconds)?.duration == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "s", "-1 s", "+1", "1.5 s", "1 S", "1 sec", "٣ s", "1 s s", "0x1", "99999999999999999999",
        "9999999999999999 d",
    ])
    func otherDurationsAreRefused(text: String) {
        #expect(DurationText(text, unit: .seconds) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("250000", 250_000), ("250 kB", 250_000), ("1KB", 1_000), ("4 KiB", 4096), ("256 MB", 256_000_000),
        ("1 MiB", 1 << 20), ("2 GB", 2_000_000_000), ("1 GiB", 1 << 30), ("7 B", 7),
    ])
    func bytesHaveUnits(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "kB", "-1", "1.5 GB", "1 k", "1,000", "9999999999 TB", "²"])
    func otherByteCountsAreRefused(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(arguments: [0, 1, 250_000, 4096, 1 << 30, 64_000_000, 1_000_000_000_000])
    func aShownByteCountReadsTheSame(bytes: Int) {
        #expect(ByteCount(ByteCount(bytes).description)?.bytes == bytes)
    }

    @Test(arguments: [0, 100, 1500, 30_000, 3_600_000, 86_400_000, 7_200_000, 5_400_000, 3_601_000])
    func aShownDurationReadsTheSame(milliseconds: Int) {
        let text = DurationText(.milliseconds(milliseconds)).description
        #expect(DurationText(text, unit: .seconds)?.duration == .milliseconds(milliseconds), "\(text)")
    }

    @Test func relativePathsAreRelativeToTheFile() throws {
        let folder = try TemporaryFolder(["a.conf": "one = x.pem\ntwo = /y.pem"])
        var settings = try Settings(contentsOf: folder("a.conf"))
        #expect(settings.takePath("one") == folder("x.pem"))
        #expect(settings.takePath("two") == "/y.pem")
    }

    @Test func aMissingFileAFolderAndBytesThatAreNoTextAreRefused() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ConfigurationError.self) { try Settings(contentsOf: folder("none.conf")) }
        #expect(error?.description == "\(folder("none.conf")): can't be read: No such file or directory")
        #expect(throws: ConfigurationError.self) { try Settings(contentsOf: folder.path) }
        let found = problems("a = /none/x\nb = /tmp") {
            _ = $0.takeReadableFile("a")
            _ = $0.takeReadableFile("b")
        }
        #expect(
            found == [
                "f.conf:1: a = /none/x: there is no file /none/x", "f.conf:2: b = /tmp: /tmp is a folder, not a file",
            ])
    }
}
