import Files
import ArgumentParser
import DeltaEngine
import Foundation
import Reports

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what changed from BASE to TARGET into a small delta file.",
        discussion: """
            The delta file names both versions by their SHA-256: 'railgun-diff apply' rebuilds TARGET from it and \
            BASE, and notices if it is given another base. One line on standard error says what was saved.

              railgun-diff diff monday.html tuesday.html     (writes tuesday.html.rgd)
              railgun-diff diff monday.html tuesday.html -o tue.rgd --level fast
              railgun-diff diff <(curl -s URL) <(sleep 60; curl -s URL) -o - | wc -c
            """)

    @Argument(help: "The version that the other side has already.", completion: .file()) var base: String
    @Argument(help: "The version to send.", completion: .file()) var target: String
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The delta file; - is standard output. (default: TARGET's name and .rgd, in the current folder)",
            valueName: "file"), completion: .file())
    var output: String?
    @Option(help: "How hard to work for a small delta.") var level = DeltaLevel.auto
    @Option(
        help: ArgumentHelp("For level auto: how long it may take, in millionths of a second.", valueName: "count"))
    var microseconds = 1_000_000

    func validate() throws {
        if microseconds < 0 { throw ValidationError("--microseconds \(microseconds): use 0 or more") }
    }

    func run() throws {
        if let output { try FileAccess.checkBinaryOutput(output) }
        let output = try output ?? FileAccess.unusedName(URL(fileURLWithPath: target).lastPathComponent + ".rgd")
        let old = try FileAccess.read(base)
        let new = try FileAccess.read(target)
        let clock = ContinuousClock()
        var made: (file: DeltaFile, choice: DeltaChoice?)?
        let time = try clock.measure {
            made = try makeDelta(of: new, named: target, against: old, at: level, microseconds: microseconds)
        }
        let bytes = made!.file.bytes
        try FileAccess.write(bytes, to: output)
        let share = new.isEmpty ? "" : " (\(Quantity.percent(Double(bytes.count) / Double(new.count))))"
        Terminal.standardError.write(
            """
            \(output == "-" ? "delta" : output): \(Quantity.bytes(bytes.count)) \
            for a page of \(Quantity.bytes(new.count))\(share), level \(made!.choice?.description ?? level.rawValue), \
            in \(Quantity.duration(time))

            """)
    }
}

/// Encodes a page and names its base: what goes into a delta file, and what level `auto` chose.
func makeDelta(
    of page: [UInt8], named path: String, against base: [UInt8], at level: DeltaLevel, microseconds: Int = 1_000_000
) throws -> (file: DeltaFile, choice: DeltaChoice?) {
    do {
        var encoder = try DeltaEncoder()
        let prepared = try DeltaBase(base)
        let delta = try encoder.encode(page.span, against: prepared, level: level, microseconds: microseconds)
        let file = DeltaFile(base: prepared.version, target: PageVersion(of: page.span), delta: delta)
        return (file, encoder.choice)
    } catch {
        throw CommandFailure(error, at: path)
    }
}
