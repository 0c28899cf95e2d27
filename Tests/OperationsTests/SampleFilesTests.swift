import Foundation
import Testing

@testable import Operations

/// The files in `packaging/`: what a person starts from.
struct SampleFilesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder([
            "ca.pem": "", "listener.pem": "", "listener.key": "", "sender.pem": "", "sender.key": "",
        ])
    }

    private static func sample(_ name: String) throws -> String { try text("packaging/\(name)") }

    private static func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The same with the defaults, `#key = value`, in force.
    private static func spelledOut(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.wholeMatch(of: /#[a-z][a-z0-9._-]+ =.*/) == nil ? line : line.dropFirst()
        }.joined(separator: "\n")
    }

    @Test func theDefaultsOfRailgunConfAreTrueAndComplete() throws {
        let text = try Self.sample("railgun.conf")
        let plain = try ListenerConfiguration(Settings(text, file: "f", folder: folder.path))
        let explicit = Settings(Self.spelledOut(text), file: "f", folder: folder.path)
        #expect(try ListenerConfiguration(explicit) == plain)
        #expect(plain.warnings.isEmpty)
        var taken = explicit
        _ = ListenerConfiguration(taking: &taken)
        #expect(taken.known.filter { !text.contains($0) } == [])
    }

    @Test func theDefaultsOfSenderConfAreTrueAndComplete() throws {
        let text = try Self.sample("rg-sender.conf")
        let plain = try SenderConfiguration(Settings(text, file: "f", folder: folder.path))
        let explicit = Settings(Self.spelledOut(text), file: "f", folder: folder.path)
        #expect(try SenderConfiguration(explicit) == plain)
        #expect(plain.warnings.isEmpty)
        var taken = explicit
        _ = SenderConfiguration(taking: &taken)
        let examples = [
            "listeners.NAME.policy", "listeners.NAME.dialed", "listeners.NAME", "site.HOST", "origin.HOST",
        ]  // shown with names of groups and hosts
        #expect(taken.known.filter { !text.contains($0) } == examples)
    }

    @Test func theSampleOfTheMapIsTrue() throws {
        let text = try Self.sample("railgun-nat.conf")
        #expect(try NATMap(Settings(text, file: "f")).target(host: "example.com", port: 80).isDefault)
        let explicit = try NATMap(Settings(Self.spelledOut(text), file: "f"))
        #expect(explicit.target(host: "example.com", port: 80).origins.map(\.host) == ["10.0.0.5"])
    }

    @Test(arguments: [("railgun.conf", "## railgun.conf"), ("rg-sender.conf", "## rg-sender.conf")])
    func theGuideDescribesEverySetting(file: String, heading: String) throws {
        let settings = Settings(try Self.sample(file), file: "f", folder: folder.path)
        var taken = settings
        if file == "railgun.conf" {
            _ = ListenerConfiguration(taking: &taken)
        } else {
            _ = SenderConfiguration(taking: &taken)
        }
        let guide = try Self.text("docs/configuration.md")
        let start = try #require(guide.range(of: "\n\(heading)\n"))
        let rest = guide[start.upperBound...]
        let chapter = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
        #expect(taken.known.filter { !chapter.contains("`\($0)`") } == [])
    }
}
