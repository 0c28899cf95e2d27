/// What `rg-sender.conf` says.
///
/// Each key is described where its value is kept, and in `packaging/rg-sender.conf`.
package struct SenderConfiguration: Equatable, Sendable {
    /// Where clients are accepted.
    package struct Front: Equatable, Sendable {
        /// The certificate that clients see, in PEM.
        package struct Certificate: Equatable, Sendable {
            /// `https.cert.file`: the certificate, and what follows it up to a root.
            package var file: String
            /// `https.key.file`: its private key.
            package var key: String
        }

        /// `http.listen`: HTTP/1.1 and HTTP/2 without TLS.
        package var http: [HostAndPort]
        /// `https.listen`: HTTP/1.1 and HTTP/2 by TLS.
        package var https: [HostAndPort]
        /// There if ``https`` has an address.
        package var certificate: Certificate?
        /// `proxy.protocol`: whether clients' connections begin with a PROXY header.
        package var takesProxyHeader: Bool
        /// `client.timeout`: how long a connection may stay without a request.
        package var idleTimeout: Duration
        /// `client.head.timeout`: how long the head of a request may take to arrive.
        package var headTimeout: Duration
        /// `client.head.size`: the longest head of a request, in bytes.
        package var headBytes: Int
        /// `client.body.size`: the longest body of a request, in bytes; 0 for any.
        package var bodyBytes: Int
        /// `client.body.timeout`: how long a body may pause.
        package var bodyTimeout: Duration
        /// `client.body.rate`: bytes of a body that have to come in each second of that, on average; 0 for any.
        package var bodyBytesPerSecond: Int
        /// `client.write.timeout`: how long a client may take nothing of its answer.
        package var writeTimeout: Duration
        /// `client.connections`: the most connections of clients.
        package var connections: Int
        /// `requests.max`: the most requests under way.
        package var requests: Int
        /// `requests.queue`: the most requests that wait for others to end.
        package var queuedRequests: Int
        /// `requests.queue.timeout`: how long they wait.
        package var queueTimeout: Duration
        /// `trusted.proxies`: clients whose word on who asked them is passed on.
        package var trustedProxies: [AddressRange]
        /// `compress.clients`: whether bodies are gzip-ed for clients that accept it.
        package var compresses: Bool
        /// `railgun.header`: whether answers have the `Railgun` header.
        package var sendsRailgunHeader: Bool
        /// `trace`: whether a trace begins here for requests that belong to none.
        package var startsTraces: Bool
    }

    /// Where clients are accepted.
    package var front: Front
    /// The groups of listeners by name: `listeners.NAME`, and `listeners` under the name ``defaultGroup``.
    package var groups: [String: ListenerGroupSettings]
    /// `wan.listen`: where listeners are accepted that open the link themselves.
    package var linkAddresses: [HostAndPort]
    /// All addresses to listen on, by the key that names them.
    package var listening: [(key: String, address: HostAndPort)] {
        front.http.map { ("http.listen", $0) } + front.https.map { ("https.listen", $0) }
            + linkAddresses.map { ("wan.listen", $0) } + (activation.map { [("activation.listen", $0.address)] } ?? [])
            + statistics.listening
    }

    /// Which group answers for a host: `site.HOST`.
    ///
    /// A host without a group is misdirected: 421.
    package var sites: HostTable<String>
    /// Where a host is asked directly while no listener can be reached: `origin.HOST`, `origin.default`.
    package var origins: HostTable<HostAndPort>
    /// The link to listeners.
    package var link: LinkSettings
    /// Where new listeners get their certificates.
    package var activation: Activation?
    /// `wan.timeout`: how long opening the link, its handshake included, may take.
    package var wanTimeout: Duration
    /// Which pages are kept.
    package var pages: PageSettings
    /// What is logged.
    package var log: LogSettings
    /// Where statistics are shown.
    package var statistics: StatisticsSettings
    /// What concerns the process.
    package var process: ProcessSettings
    /// What a person should know though it starts; for the log.
    package var warnings: [ConfigurationProblem]

    /// The name under which `listeners` stands.
    package static let defaultGroup = "default"

    /// The name of the group that answers for a host, or `nil`: 421.
    package func group(host: String, port: Int) -> String? { sites.value(host: host, port: port) }

    /// Reads the settings.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package init(_ settings: consuming Settings) throws(ConfigurationError) {
        var settings = settings
        self.init(taking: &settings)
        try settings.finish()
    }

    init(taking settings: inout Settings) {
        front = Front(&settings)
        groups = ListenerGroupSettings.takeAll(&settings)
        linkAddresses = settings.takeAddresses("wan.listen", default: [])
        sites = settings.takeTable("site.", expected: "the name of a group of listeners") { $0.isEmpty ? nil : $0 }
        origins = settings.takeTable("origin.", expected: "http://HOST or http://HOST:PORT") {
            PlainURL($0).flatMap { $0.target == "/" ? $0.server : nil }
        }
        let isLoopback =
            groups.values.allSatisfy { $0.listeners.joined().allSatisfy(\.isLoopback) }
            && linkAddresses.allSatisfy(\.isLoopback)
        link = LinkSettings(&settings, rootsKey: "ca.bundle", isLoopback: isLoopback)
        activation = Activation(&settings)
        wanTimeout = settings.take("wan.timeout", default: .seconds(10), in: .milliseconds(100) ... .seconds(300))
        pages = PageSettings(&settings)
        log = LogSettings(&settings)
        statistics = StatisticsSettings(&settings)
        process = ProcessSettings(&settings)

        if sites.isEmpty, sites.fallback == nil { sites.fallback = Self.defaultGroup }
        warnings = []
        checkGroups(&settings)
        warnings = settings.warnings
    }

    private func checkGroups(_ settings: inout Settings) {
        if sites.contains(Self.defaultGroup), groups[Self.defaultGroup] == nil, !settings.gives("listeners"),
            !settings.gives("listeners.dialed")
        {
            settings.refuse("listeners", "is missing; name a listener, such as listener.example.org:2408")
        }
        for (key, name) in settings.values(prefix: "site.") where groups[name] == nil && name != Self.defaultGroup {
            settings.refuse(key, "there is no line listeners.\(name)")
        }
        for name in groups.keys.sorted() where !sites.contains(name) {
            settings.warn(
                groups[name]!.listeners.isEmpty
                    ? ListenerGroupSettings.key(name, ".dialed") : ListenerGroupSettings.key(name),
                "no host uses it: name it in site.HOST, or in site.default for all other hosts")
        }
        let dialed = groups.filter { !$0.value.dialed.isEmpty }.keys.min()
        if linkAddresses.isEmpty, let dialed {
            settings.refuse(
                ListenerGroupSettings.key(dialed, ".dialed"), "no listener could connect: name an address in wan.listen"
            )
        }
        if !linkAddresses.isEmpty, dialed == nil {
            settings.refuse("wan.listen", "name the listeners that may connect there in listeners.dialed")
        }
    }
}

extension SenderConfiguration.Front {
    fileprivate init(_ settings: inout Settings) {
        http = settings.takeAddresses("http.listen", default: [HostAndPort(host: "127.0.0.1", port: 8080)])
        https = settings.takeAddresses("https.listen", default: [])
        let file = settings.takeReadableFile("https.cert.file")
        let key = settings.takeReadableFile("https.key.file")
        if let file, let key { certificate = .init(file: file, key: key) }
        takesProxyHeader = settings.take("proxy.protocol", default: false)
        idleTimeout = settings.take("client.timeout", default: .seconds(75), in: .seconds(1) ... .seconds(3600))
        headTimeout = settings.take("client.head.timeout", default: .seconds(10), in: .seconds(1) ... .seconds(300))
        headBytes = settings.takeBytes("client.head.size", default: 65_536, in: 8192...98_304)
        bodyBytes = settings.takeBytes("client.body.size", default: 0, in: 0...1_000_000_000_000)
        bodyTimeout = settings.take(
            "client.body.timeout", default: idleTimeout, in: .seconds(1) ... .seconds(3600))
        bodyBytesPerSecond = settings.takeBytes("client.body.rate", default: 100, in: 0...1_000_000)
        writeTimeout = settings.take(
            "client.write.timeout", default: idleTimeout, in: .seconds(1) ... .seconds(3600))
        connections = settings.take("client.connections", default: 10_000, in: 1...1_000_000)
        requests = settings.take("requests.max", default: 10_000, in: 1...1_000_000)
        queuedRequests = settings.take("requests.queue", default: 1000, in: 0...100_000)
        queueTimeout = settings.take(
            "requests.queue.timeout", default: .seconds(5), in: .seconds(1) ... .seconds(300))
        trustedProxies =
            settings.take(
                "trusted.proxies",
                expected:
                    "addresses and networks, such as 127.0.0.1 10.0.0.0/8 2001:db8::/32, without bits behind the prefix"
            ) { $0.words(AddressRange.init) } ?? []
        compresses = settings.take("compress.clients", default: false)
        sendsRailgunHeader = settings.take("railgun.header", default: true)
        startsTraces = settings.take("trace", default: false)

        if http.isEmpty, https.isEmpty {
            settings.refuse("http.listen", "no client could connect: name an address here or in https.listen")
        }
        if !https.isEmpty {
            if file == nil { settings.refuse("https.cert.file", "is missing: https.listen needs a certificate") }
            if key == nil { settings.refuse("https.key.file", "is missing: https.listen needs its private key") }
        }
    }
}
