import ArgumentParser
import Credentials
import Foundation

/// Says what is in a certificate of a link.
struct ShowCertificate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Show whose a certificate is, its serial for peer.refused.file, and its key for peer.keys.")

    @Argument(help: "Files in PEM; of each, the first certificate is shown.", completion: .file())
    var files: [String]

    func run() throws {
        for file in files {
            let certificate = try CertificateSummary(contentsOf: file)
            if files.count > 1 { print("\(file)") }
            print(
                """
                owner    \(certificate.subject)
                signed   by \(certificate.issuer)
                names    \(certificate.names.joined(separator: ", "))
                valid    \(certificate.expiry(at: Date()))
                serial   \(certificate.serial)
                key      \(certificate.pin)
                """)
        }
    }
}
