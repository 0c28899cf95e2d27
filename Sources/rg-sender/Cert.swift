import ArgumentParser
import Credentials

/// Makes a private authority, and the certificates of both ends of a link.
struct Cert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the certificates for both ends of a link.",
        discussion: """
            Writes ca.pem, sender.pem, sender.key, listener.pem and listener.key to a folder, and ca.key, which signs more \
            of them: keep that one away from servers. Files that are there stay as they are.
            """)

    @Option(
        help: ArgumentHelp("The folder, made where it is missing.", valueName: "folder"), completion: .directory)
    var out: String

    @Option(help: ArgumentHelp("A name or address of the listener's machine; again for more.", valueName: "host"))
    var name: [String] = []

    func run() throws {
        let names = try name.map { try CertificateName($0) }
        let result = try CredentialFolder(out).make(ends: [
            .init(name: "sender", names: []), .init(name: "listener", names: names),
        ])
        for file in result.kept { print("kept     \(file)") }
        for file in result.written { print("written  \(file)") }
        print(
            """

            For rg-listener, in railgun.conf:      cert.file = listener.pem   key.file = listener.key   wan.ca.bundle = ca.pem
            For rg-sender, in rg-sender.conf:      cert.file = sender.pem     key.file = sender.key     ca.bundle = ca.pem
            """)
    }
}
