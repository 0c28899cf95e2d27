import Link
import NIOSSL
import Operations

/// All that comes from the configuration, certificates included, read and checked: what a reload replaces as a whole.
struct ListenerSettings: Sendable {
    let configuration: ListenerConfiguration
    private let madeLinkTLS: MadeLinkTLS?
    /// How long certificates last.
    let expiries: [CertificateExpiry]
    /// For https origins.
    let originTLS: NIOSSLContext
    private let warning: String?

    /// What a person should know, though the start goes on.
    var warnings: [String] { expiries.warnings(.reading) + [warning].compactMap(\.self) }

    /// `nil` for a plain link.
    var linkTLS: LinkTLS? { madeLinkTLS?.tls }

    /// Reads certificates.
    ///
    /// - Parameters:
    ///   - configuration: Names them.
    ///   - previous: What counted before: lanes stay where the link's files are still the same.
    /// - Throws: What is wrong with a certificate or key.
    init(_ configuration: ListenerConfiguration, previous: ListenerSettings? = nil) throws {
        self.configuration = configuration
        let named = [
            ("cert.file", configuration.link.files?.certificate), ("wan.ca.bundle", configuration.link.files?.roots),
        ]
        expiries = try named.compactMap { setting, file in try file.map { try CertificateExpiry(setting, $0) } }
        madeLinkTLS = try LinkCredentials(configuration.link).map {
            try MadeLinkTLS($0, keeping: previous?.madeLinkTLS)
        }
        (originTLS, warning) = try Self.originTLS(configuration.origins)
    }

    private static func originTLS(
        _ origins: ListenerConfiguration.Origins
    ) throws -> (context: NIOSSLContext, warning: String?) {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !origins.validatesCertificates { tls.certificateVerification = .none }
        if let roots = origins.roots {
            _ = try PEMFiles.certificates(roots)  // the library would not name the file
            tls.trustRoots = .file(roots)
        }
        tls.applicationProtocols = ["http/1.1"]
        do { return (try NIOSSLContext(configuration: tls), nil) } catch {
            guard origins.validatesCertificates, origins.roots == nil else { throw error }
            // A small machine or container without authorities: what is asked by plain http goes on.
            tls.trustRoots = .certificates([])
            return (try NIOSSLContext(configuration: tls), noAuthorities)
        }
    }

    private static let noAuthorities = """
        this machine knows no certificate authority, so no origin is trusted that is asked by https: install \
        ca-certificates, or set ca.bundle
        """
}
