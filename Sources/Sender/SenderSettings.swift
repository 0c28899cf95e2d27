import Link
import NIOCore
import NIOSSL
import Operations
import PageStore

/// All that comes from the configuration, certificates included, read and checked: what a reload replaces as a whole.
struct SenderSettings: Sendable {
    let configuration: SenderConfiguration
    let limits: Limits
    /// `nil` for a plain link.
    let linkTLS: LinkTLS?
    /// `nil` where no client comes by TLS.
    let frontTLS: NIOSSLContext?

    /// What holds for all requests.
    struct Limits: Sendable {
        var headTimeout: TimeAmount
        var idleTimeout: TimeAmount
        var sendsRailgunHeader: Bool
        var compressesForClients: Bool
    }

    /// The longest page that is rebuilt, in bytes: the most that the listener's `stream.size` may be.
    static let maxPageBytes = 64 << 20

    var storeLimits: PageStoreLimits {
        let pages = configuration.pages
        return PageStoreLimits(memoryBytes: max(1, pages.storeBytes), versionsPerPage: pages.versionsPerPage)
    }

    /// Reads certificates.
    ///
    /// - Throws: What is wrong with a certificate or key.
    init(_ configuration: SenderConfiguration) throws {
        self.configuration = configuration
        limits = Limits(
            headTimeout: .init(configuration.front.headTimeout), idleTimeout: .init(configuration.front.idleTimeout),
            sendsRailgunHeader: configuration.front.sendsRailgunHeader,
            compressesForClients: configuration.front.compresses)
        linkTLS = try configuration.link.files.map {
            try LinkCredentials(certificateFile: $0.certificate, keyFile: $0.key, authorityFile: $0.roots)
                .context(for: .sender)
        }
        frontTLS = try configuration.front.certificate.map { try Self.frontTLS(file: $0.file, key: $0.key) }
    }

    private static func frontTLS(file: String, key: String) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [], privateKey: .privateKey(try PEMFiles.key(key)))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["h2", "http/1.1"]
        return try PEMFiles.context(tls, certificate: file, key: key)
    }
}
