import Credentials
import Foundation

/// What `railgun.conf` says: the settings of rg-listener.
///
/// Each key is described where its value is kept, and in `packaging/railgun.conf`.
package struct ListenerConfiguration: Equatable, Sendable {
    /// How origins are asked.
    package struct Origins: Equatable, Sendable {
        /// `lan.timeout`: how long connecting, or waiting for the next bytes, may take.
        package var timeout: Duration
        /// `origin.idleconns`: idle connections that are kept for each origin.
        package var idleConnections: Int
        /// `validate.cert`: whether the certificates of https origins are checked.
        package var validatesCertificates: Bool
        /// `ca.bundle`: the roots for those certificates; `nil` for those of the system.
        package var roots: String?
        /// `insecure.origin`: whether origins of https sites are asked by http.
        package var isInsecure: Bool
        /// `origin.dns`: whether hosts that the NAT map doesn't name are looked up in DNS.
        package var looksUpUnmapped: Bool
        /// `origin.railgun-header`, or by its old name `origin.cf-railgun`: whether origins are told of the link.
        package var sendsRailgunHeader: Bool
        /// When an origin of several is left out.
        package var health: OriginHealthSettings
    }

    /// `wan.ip`: where senders are accepted; `nil` for all addresses of the machine, IPv4 and IPv6.
    package var wanIP: String?
    /// `wan.proxy.protocol`: whether senders' connections begin with a PROXY header.
    package var takesProxyHeader: Bool
    /// `wan.port`; 0 lets the system choose, and `nil` is for a listener that accepts nobody.
    package var wanPort: Int?
    /// `wan.dial`: senders that this listener connects to itself.
    package var senders: [HostAndPort]
    /// The link to senders.
    package var link: LinkSettings
    /// How the certificates of the link are got, where there are none.
    package var activation: Activation?
    /// How origins are asked.
    package var origins: Origins
    /// `map.file`, read; without lines where there is none.
    package var natMap = NATMap()
    /// Which pages are kept.
    package var pages: PageSettings
    /// The page store that a group of listeners shares.
    package var memcached: MemcachedSettings
    /// `page.padding`: small answers of private pages are filled up to a multiple of this many bytes; 0 for not at all.
    package var paddingBytes: Int
    /// `compress.data`: whether LZ4 is used for what is no delta.
    package var compressesData: Bool
    /// `cpu.adapt`: whether deltas take less work while processor time is short.
    package var adaptsToProcessor: Bool
    /// `requests.max`: the most requests under way.
    package var requests: Int
    /// What is logged.
    package var log: LogSettings
    /// Where statistics are shown.
    package var statistics: StatisticsSettings
    /// What concerns the process.
    package var process: ProcessSettings
    /// What a person should know though it starts; for the log.
    package var warnings: [ConfigurationProblem]

    /// All addresses to listen on, by the key that names them.
    package var listening: [(key: String, address: HostAndPort)] {
        (wanAddress.map { [("wan.port", $0)] } ?? []) + statistics.listening
    }

    /// Where senders are accepted; `nil` for a listener that accepts nobody.
    package var wanAddress: HostAndPort? { wanPort.map { HostAndPort(host: wanIP ?? "::", port: $0) } }

    /// Reads the settings.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong, in the NAT map too.
    package init(_ settings: consuming Settings) throws(ConfigurationError) {
        var settings = settings
        self.init(taking: &settings)
        try settings.finish()
    }

    init(taking settings: inout Settings) {
        wanIP = settings.takeInterface("wan.ip")
        wanPort = Self.takePort(&settings)
        senders =
            settings.take("wan.dial", expected: "HOST:PORT …, such as edge.example.org:2408") {
                $0.words { HostAndPort($0, defaultPort: 2408) }
            } ?? []
        if wanPort == nil, senders.isEmpty {
            settings.refuse("wan.port", "no sender could be reached: name one in wan.dial, or give a port")
        }
        let acceptsLoopback = wanPort == nil || wanIP.map { HostAndPort(host: $0, port: 0).isLoopback } ?? false
        let isLoopback = acceptsLoopback && senders.allSatisfy(\.isLoopback)
        takesProxyHeader = settings.take("wan.proxy.protocol", default: false)
        activation = Activation(&settings)
        link = LinkSettings(
            &settings, rootsKey: "wan.ca.bundle", isLoopback: isLoopback, mayBeMissing: activation != nil)
        if activation != nil, link.files != nil, link.files?.roots == nil {
            settings.refuse("wan.ca.bundle", "is missing: activation writes the authority there")
        }
        link.peers.names = Set(
            settings.take("wan.peers", expected: "names in certificates, such as edge.example.org, or sha256/PIN …") {
                $0.words { $0.hasPrefix("sha256/") ? KeyPin($0)?.description : $0.lowercased() }
            } ?? [])
        origins = Origins(&settings)
        if let map = settings.takeReadableFile("map.file"), FileManager.default.isReadableFile(atPath: map) {
            do { natMap = try NATMap(Settings(contentsOf: map)) } catch { settings.refuse(error) }
        }
        pages = PageSettings(&settings)
        memcached = MemcachedSettings(&settings)
        paddingBytes = settings.takeBytes("page.padding", default: 256, in: 0...4096)
        adaptsToProcessor = settings.take("cpu.adapt", default: true)
        requests = settings.take("requests.max", default: 10_000, in: 1...1_000_000)
        compressesData = settings.take("compress.data", default: false)
        log = LogSettings(&settings)
        statistics = StatisticsSettings(&settings)
        process = ProcessSettings(&settings)
        OriginalSettings.take(&settings)
        warnings = settings.warnings
    }

    private static func takePort(_ settings: inout Settings) -> Int? {
        settings.take("wan.port", expected: "0 … 65535, or none") { value -> Int?? in
            if value == "none" { return .some(nil) }
            return wholeNumber(value).flatMap { 0...65535 ~= $0 ? .some($0) : nil }
        } ?? 2408
    }
}

extension ListenerConfiguration.Origins {
    fileprivate init(_ settings: inout Settings) {
        timeout = settings.take("lan.timeout", default: .seconds(30), in: .seconds(1) ... .seconds(3600))
        idleConnections = settings.take("origin.idleconns", default: 32, in: 0...10_000)
        validatesCertificates = settings.take("validate.cert", default: true)
        roots = settings.takeReadableFile("ca.bundle")
        isInsecure = settings.take("insecure.origin", default: false)
        looksUpUnmapped = settings.take("origin.dns", default: false)
        let old = settings.take("origin.cf-railgun", default: false)
        sendsRailgunHeader = settings.take("origin.railgun-header", default: old)
        health = OriginHealthSettings(&settings)
    }
}
