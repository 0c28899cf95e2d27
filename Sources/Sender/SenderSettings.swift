import HTTPWire
import Link
import NIOCore
import NIOSSL
import Operations

/// All that comes from the configuration, certificates included, read and checked: what a reload replaces as a whole.
struct SenderSettings: Sendable {
    let configuration: SenderConfiguration
    let limits: Limits
    private let madeLinkTLS: MadeLinkTLS?
    /// How long certificates last.
    let expiries: [CertificateExpiry]
    /// `nil` where no client comes by TLS.
    var frontTLS: NIOSSLContext?

    /// What holds for all requests.
    struct Limits: Sendable {
        var headTimeout: TimeAmount
        var idleTimeout: TimeAmount
        var sendsRailgunHeader: Bool
        var compressesForClients: Bool
        var startsTraces: Bool
        /// The most bytes of a request's body.
        var bodyBytes: Int
        /// How long a body may pause, and the bytes that it has to bring for each second of that.
        var bodyTimeout: TimeAmount
        var bodyBytesPerSecond: Int
        /// How long a client may take nothing.
        var writeTimeout: TimeAmount
        /// How long a request may wait for its turn.
        var queueTimeout: TimeAmount
        var heads: HeadLimits

        init(_ front: SenderConfiguration.Front) {
            (headTimeout, idleTimeout) = (.init(front.headTimeout), .init(front.idleTimeout))
            (sendsRailgunHeader, compressesForClients) = (front.sendsRailgunHeader, front.compresses)
            startsTraces = front.startsTraces
            bodyBytes = front.bodyBytes == 0 ? .max : front.bodyBytes
            (bodyTimeout, bodyBytesPerSecond) = (.init(front.bodyTimeout), front.bodyBytesPerSecond)
            (writeTimeout, queueTimeout) = (.init(front.writeTimeout), .init(front.queueTimeout))
            heads = HeadLimits(headBytes: front.headBytes)
        }
    }

    /// The longest page that is rebuilt, in bytes: the most that the listener's `stream.size` may be.
    static let maxPageBytes = 64 << 20

    /// `nil` for a plain link.
    var linkTLS: LinkTLS? { madeLinkTLS?.tls }

    /// Reads certificates.
    ///
    /// - Parameters:
    ///   - configuration: Names them.
    ///   - previous: What counted before: lanes stay where the link's files are still the same.
    /// - Throws: What is wrong with a certificate or key.
    init(_ configuration: SenderConfiguration, previous: SenderSettings? = nil) throws {
        self.configuration = configuration
        limits = Limits(configuration.front)
        let named = [
            ("cert.file", configuration.link.files?.certificate), ("ca.bundle", configuration.link.files?.roots),
            ("https.cert.file", configuration.front.certificate?.file),
        ]
        expiries = try named.compactMap { setting, file in try file.map { try CertificateExpiry(setting, $0) } }
        madeLinkTLS = try LinkCredentials(configuration.link).map {
            try MadeLinkTLS($0, keeping: previous?.madeLinkTLS)
        }
        frontTLS = try configuration.front.certificate.map { try Self.frontTLS(file: $0.file, key: $0.key) }
    }

    /// Only those with forward secrecy that authenticate what they encrypt; TLS 1.3 has no others.
    ///
    /// Mozilla's intermediate recommendation, without DHE, which the library doesn't have.
    private static let tls12Ciphers: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    private static func frontTLS(file: String, key: String) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [], privateKey: .privateKey(try PEMFiles.key(key)))
        tls.minimumTLSVersion = .tlsv12
        tls.cipherSuiteValues = tls12Ciphers
        tls.applicationProtocols = ["h2", "http/1.1"]
        return try PEMFiles.context(tls, certificate: file, key: key)
    }
}
