import ArgumentParser
import Diagnosis
import Foundation
import Link
import Operations

/// Tries a link.
struct CheckLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Try a link to a listener, as a sender opens it: exit code 0 where it works.")

    @Argument(help: "The listener, HOST:2408; not needed with --config, which names all of them.")
    var address: String?
    @Option(
        help: ArgumentHelp("The sender's configuration, for its listeners and certificates.", valueName: "file"),
        completion: .file())
    var config: String?
    @Option(help: ArgumentHelp("The certificate that this end shows.", valueName: "file"), completion: .file())
    var cert: String?
    @Option(help: ArgumentHelp("Its private key.", valueName: "file"), completion: .file())
    var key: String?
    @Option(
        help: ArgumentHelp("The authority that signed the listener's certificate.", valueName: "file"),
        completion: .file())
    var ca: String?
    @Option(help: ArgumentHelp("A page to ask for over the link, twice: http://HOST/PATH.", valueName: "url"))
    var get: String?

    func validate() throws {
        let named = [cert, key, ca].compactMap(\.self).count
        guard config == nil ? named == 3 : named == 0 else {
            throw ValidationError(
                "use --config rg-sender.conf, or all of --cert, --key and --ca ('rg-sender cert' makes them)")
        }
        if config == nil, address == nil { throw ValidationError("name the listener: HOST:2408") }
        if let address, HostAndPort(address, defaultPort: 2408) == nil {
            throw ValidationError("\(address) is no HOST:PORT")
        }
    }

    /// At once: some steps take seconds, and what failed shall stand below what didn't, also in a file.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

    func run() async throws {
        let page = try get.map { try TestPage($0) }
        let configuration = try config.map { try SenderConfiguration(Settings(contentsOf: $0)) }
        let credentials =
            if let configuration {
                try LinkCredentials(configuration.link)
            } else { Optional(LinkCredentials(certificateFile: cert!, keyFile: key!, authorityFile: ca!)) }
        let named = address.flatMap { HostAndPort($0, defaultPort: 2408) }
        let listeners =
            named.map { [$0] }
            ?? Set(configuration!.groups.values.flatMap { $0.listeners.joined() }).sorted { "\($0)" < "\($1)" }
        if listeners.isEmpty {
            Self.say("all listeners of this file connect to rg-sender; its statistics show them as lanes")
        }
        for listener in listeners {
            if listeners.count > 1 { Self.say("\(listener)") }
            try await LinkCheck(listener, credentials: credentials, page: page) { Self.say($0) }.run()
        }
    }
}
