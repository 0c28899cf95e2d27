import ArgumentParser
import Release

/// The command: says what a line does, and what is wrong with it.
@main
struct RGDiag: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rg-diag",
        abstract: "Explains the Railgun header, tries a link end to end, shows what a store holds, and empties it.",
        version: "rg-diag \(ProjectVersion.current)",
        subcommands: [Decode.self, CheckLink.self, Ready.self, ShowStore.self, PurgePages.self, ShowCertificate.self])

    static func main() async {
        // As the original wrote it: rg-diag --decode "…".
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "--decode" || arguments.first == "-decode" { arguments[0] = "decode" }
        await main(arguments.map { $0 == "-version" ? "--version" : $0 })
    }
}
