import ArgumentParser
import Release

/// The command: `run`, which needs not be named, `cert` and `token`.
@main
struct RGSender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rg-sender",
        abstract: "Serves your site near its visitors, and fetches from rg-listener only what changed.",
        discussion: """
              rg-sender cert --out certificates --name listener.example.org
              rg-sender --config rg-sender.conf --check
              rg-sender --config rg-sender.conf
            """,
        version: "rg-sender \(ProjectVersion.current)",
        subcommands: [Run.self, Cert.self, Token.self], defaultSubcommand: Run.self)

    static func main() {
        // As the original wrote it.
        main(CommandLine.arguments.dropFirst().map { $0 == "-version" ? "--version" : $0 })
    }
}
