import ArgumentParser
import Credentials
import Operations

/// Makes a token by which a new listener gets its certificate.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a one-time token, by which a new listener gets its certificate.",
        discussion: """
            Whoever has the token can become that listener: hand it over as you would a password. At the listener, it goes \
            into the file of activation.token.file; rg-sender needs activation.listen.
            """)

    @Option(
        help: ArgumentHelp("The folder with ca.pem and ca.key, as activation.folder names it.", valueName: "folder"),
        completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The name or address of the listener that the certificate is for; again for more.", valueName: "host"))
    var name: [String]

    @Option(help: ArgumentHelp("How long it may be used: 1 min to 30 d.", valueName: "time"))
    var expires = "1h"

    func run() throws {
        guard let lifetime = DurationText(expires, unit: .seconds)?.duration,
            (.seconds(60) ... .seconds(2_592_000)) ~= lifetime
        else { throw ValidationError("--expires \(expires): use 1 min … 30 d, such as 90min") }
        let names = try name.map { try CertificateName($0) }
        let token = try CredentialFolder(folder).token(names: names, lifetime: Double(lifetime.components.seconds))
        print(token.text)
    }
}
