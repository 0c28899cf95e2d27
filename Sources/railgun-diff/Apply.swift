import Files
import ArgumentParser
import DeltaEngine
import Foundation
import Reports

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rebuild a page from BASE and a delta file.",
        discussion: """
            BASE and the rebuilt page are both checked against the SHA-256 in the delta file: the page that is \
            written is the right one to the byte, or none is written.

              railgun-diff apply monday.html tuesday.html.rgd   (writes tuesday.html)
              railgun-diff apply monday.html tuesday.html.rgd -o - | less
            """)

    @Argument(help: "The version that the delta was made against.", completion: .file()) var base: String
    @Argument(help: "What 'railgun-diff diff' wrote.", completion: .file(extensions: ["rgd"])) var delta: String
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The rebuilt page; - is standard output. (default: DELTA's name without .rgd, in the current folder)",
            valueName: "file"), completion: .file())
    var output: String?
    @Option(
        help: """
            The largest page to make, as 5000, 64kB, 256MB or 1GB: a few hundred bytes can announce a page of \
            two gigabytes.
            """)
    var limit = ByteCount(bytes: 256_000_000)

    func run() throws {
        let output = try output ?? defaultOutput()
        let old = try FileAccess.read(base)
        let file = try DeltaFileReader.read(delta)
        var decoder = DeltaDecoder(outputLimit: limit.bytes)
        let page: [UInt8]
        do {
            page = try file.rebuild(from: old.span, with: &decoder)
        } catch {
            throw failure(error)
        }
        try FileAccess.write(page, to: output)
        Terminal.standardError.write(
            "\(output == "-" ? "page" : output): \(Quantity.bytes(page.count)), SHA-256 \(file.target) as expected\n")
    }

    private func defaultOutput() throws -> String {
        let name = URL(fileURLWithPath: delta).lastPathComponent
        guard name.hasSuffix(".rgd"), name.count > 4 else {
            throw CommandFailure("\(delta): doesn't end in .rgd, so say with -o FILE how to call the page")
        }
        return try FileAccess.unusedName(String(name.dropLast(4)))
    }

    private func failure(_ error: DeltaError) -> CommandFailure {
        switch error {
        case .wrongBase: CommandFailure(error, at: base)
        case .outputTooLarge: CommandFailure("\(delta): \(error); --limit raises it")
        default: CommandFailure(error, at: delta)
        }
    }
}
