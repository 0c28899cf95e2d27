import Credentials
import Foundation
package import Operations

extension ListenerConfiguration {
    /// Whether the certificate of the link isn't there yet.
    package var awaitsActivation: Bool {
        activation != nil && link.files.map { !FileManager.default.fileExists(atPath: $0.certificate) } ?? false
    }
}

/// The first start of a listener that has a token instead of certificates.
package enum ListenerActivation {
    /// Gets the certificate where there is none yet: key, certificate and authority are in their files afterwards.
    ///
    /// - Parameter configuration: Names the files, the sender and the token.
    /// - Returns: What was written, for the log; `nil` where nothing was to be done.
    /// - Throws: ``ActivationFailure`` or `CredentialError`; then no file was made.
    package static func run(_ configuration: ListenerConfiguration) async throws -> String? {
        guard let activation = configuration.activation, let files = configuration.link.files else { return nil }
        guard configuration.awaitsActivation, let roots = files.roots else { return nil }
        guard !FileManager.default.fileExists(atPath: files.key) else {
            throw ActivationFailure(
                "key.file = \(files.key): is there, but its certificate \(files.certificate) isn't; bring that back, or remove the key"
            )
        }
        let token = try token(activation)
        let hasRoots = FileManager.default.fileExists(atPath: roots)
        if hasRoots, !token.isOfAuthority(inPEM: (try? String(contentsOfFile: roots, encoding: .utf8)) ?? "") {
            throw ActivationFailure(
                "wan.ca.bundle = \(roots): doesn't hold the authority of the token; remove it, or get a token of the sender that it belongs to"
            )
        }
        for file in [files.certificate, files.key, roots] {
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw ActivationFailure("\(file): can't be made, for the folder can't be written by this user")
            }
        }
        let made = try CertificateRequest()
        let certificates = try await ActivationClient(activation.sender, token: token).certificate(for: made.request)
        // The certificate last: where it is, all is.
        if !hasRoots { try WholeFile.write(certificates[1], to: roots, mode: 0o644) }
        try WholeFile.write(made.key, to: files.key, mode: 0o600)
        try WholeFile.write(certificates[0], to: files.certificate, mode: 0o644)
        let summary = try CertificateSummary(contentsOf: files.certificate)
        return
            "\(activation.sender) gave this listener the certificate of \(summary.commonName ?? ""); the token is used up"
    }

    private static func token(
        _ activation: ListenerConfiguration.Activation
    ) throws(ActivationFailure) -> ActivationToken {
        let (text, setting): (String, String)
        switch activation.token {
        case .text(let token): (text, setting) = (token, "activation.token")
        case .file(let file):
            setting = "activation.token.file = \(file)"
            do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
                throw ActivationFailure("\(setting): can't be read")
            }
        }
        guard let token = ActivationToken(text) else {
            throw ActivationFailure("\(setting): is no token; 'rg-sender token' prints one, which begins with rgt-")
        }
        return token
    }
}
