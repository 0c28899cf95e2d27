import ArgumentParser
import Credentials

/// Makes a private authority, and the certificates of both ends of a link.
struct Cert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the certificates for both ends of a link.",
        discussion: """
            Writes ca.pem, sender.pem, sender.key, listener.pem and listener.key to a folder, and ca.key, which signs more \
            of them: keep that one away from servers. Files that are there stay as they are.

            For several listeners or senders, call it once for each:
              rg-sender cert --out keys --end listener2 --name listener2.example.org
            'rg-diag certificate FILE' shows what is in a certificate.
            """)

    @Option(
        help: ArgumentHelp("The folder, made where it is missing.", valueName: "folder"), completion: .directory)
    var out: String

    @Option(
        help: ArgumentHelp(
            "A name or address that the other end connects to: the listener's, or that of --end; again for more.",
            valueName: "host"))
    var name: [String] = []

    @Option(help: ArgumentHelp("Make one end only: FILES.pem and FILES.key.", valueName: "files"))
    var end: String?

    func run() throws {
        let names = try name.map { try CertificateName($0) }
        let ends: [CredentialFolder.End] =
            if let end { [try .init(name: end, names: names)] } else {
                [try .init(name: "sender", names: []), try .init(name: "listener", names: names)]
            }
        let result = try CredentialFolder(out).make(ends: ends)
        for file in result.kept { print("kept     \(file)") }
        for file in result.written { print("written  \(file)") }
        let (listener, sender) = (end ?? "listener", end ?? "sender")
        print(
            """

            For rg-listener, in railgun.conf:      cert.file = \(listener).pem   key.file = \(listener).key   wan.ca.bundle = ca.pem
            For rg-sender, in rg-sender.conf:      cert.file = \(sender).pem     key.file = \(sender).key     ca.bundle = ca.pem
            """)
    }
}
