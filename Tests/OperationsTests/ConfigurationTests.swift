import Foundation
import Testing

@testable import Operations

final class ConfigurationTests {
    private var folders: [TemporaryFolder] = []  // they stay until the test ends

    /// A folder with the files that a configuration names.
    private func folder(_ files: [String: String] = [:]) throws -> TemporaryFolder {
        let names = ["ca.pem", "listener.pem", "listener.key", "sender.pem", "sender.key", "www.pem", "www.key"]
        folders.append(
            try TemporaryFolder(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }).merging(files) { $1 }))
        return folders[folders.count - 1]
    }

    private func settings(_ text: String, in folder: TemporaryFolder) -> Settings {
        Settings(text, file: "f.conf", folder: folder.path)
    }

    private static let listenerEnd = "cert.file = listener.pem\nkey.file = listener.key\nwan.ca.bundle = ca.pem\n"
    private static let senderEnd =
        "cert.file = sender.pem\nkey.file = sender.key\nca.bundle = ca.pem\nlisteners = 192.0.2.1\n"

    private func listener(_ text: String, files: [String: String] = [:]) throws -> ListenerConfiguration {
        try ListenerConfiguration(settings(Self.listenerEnd + text, in: folder(files)))
    }

    private func sender(_ text: String) throws -> SenderConfiguration {
        try SenderConfiguration(settings(Self.senderEnd + text, in: folder()))
    }

    private func problems(_ make: () throws -> some Any) -> [String] {
        do { _ = try make() } catch {
            return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
        }
        return []
    }

    @Test func aFullListenerIsRead() throws {
        let read = try listener(
            """
            wan.ip = 127.0.0.1
            wan.port = 0
            lan.timeout = 500 s
            origin.idleconns = 7
            origin.cf-railgun = 1
            stream.size = 1 MB
            map.file = nat.conf
            delta.www.example.org = shared
            log.level = 3
            log.format = json
            stderr.file = log.txt
            stats.listen = 127.0.0.1:24088
            stats.interval = 5
            drain.timeout = 1 min
            """, files: ["nat.conf": "default = 127.0.0.1:8000"])
        #expect(read.wanIP == "127.0.0.1" && read.wanPort == 0)
        #expect(read.link.files?.certificate.hasSuffix("/listener.pem") == true)
        #expect(read.origins.timeout == .seconds(500) && read.origins.idleConnections == 7)
        #expect(read.origins.sendsRailgunHeader && read.origins.validatesCertificates && !read.origins.isInsecure)
        #expect(read.pages.streamBytes == 1_000_000)
        #expect(read.pages.sharing.value(authority: "www.example.org", target: "/") == .shared)
        #expect(read.pages.sharing.value(authority: "example.org", target: "/") == .private)
        #expect(read.natMap.target(host: "a", port: 80).origins == [MappedOrigin(host: "127.0.0.1", port: 8000)])
        #expect(read.log.level == .information && read.log.format == .json)
        guard case .file(let path) = read.log.target else { return #expect(Bool(false), "no file") }
        #expect(path.hasSuffix("/log.txt"))
        #expect(read.statistics.listen == HostAndPort("127.0.0.1:24088"))
        #expect(read.statistics.interval == .seconds(300))
        #expect(read.process.drainTimeout == .seconds(60))
        #expect(read.warnings.isEmpty)
    }

    @Test func theOldFileOfAMigratorStartsWithWarnings() throws {
        let read = try listener(
            "memcached.servers = 127.0.0.1:11211\nactivation.heartbeat_interval = 30\nmemcached.timeout = 100\nmemcached.limit = 100000"
        )
        #expect(read.memcached.servers == [.host(HostAndPort(host: "127.0.0.1", port: 11211))])
        #expect(read.memcached.timeout == .milliseconds(100) && read.memcached.byteLimit == 100_000)
        #expect(
            read.warnings.map(\.description) == [
                "f.conf:5: activation.heartbeat_interval = 30: has no effect: the link itself is watched"
            ])
    }

    /// Such a file as the original's users had: all of its keys, and values that it took.
    private static let originals = """
        activation.token = 0123456789abcdef0123456789abcdef
        activation.railgun_host = 192.0.2.1
        activation.public_ip = 192.0.2.1
        wan.port = 2408
        wan.tls = 1
        lan.timeout = 30
        pid.file = railgun.pid
        stderr.file = panic.log
        log.level = 0
        validate.cert = 0
        memcached.servers = /tmp/memcached.sock
        memcached.connect = 127.0.0.1:11211
        memcached.timeout = 100
        memcached.limit = 1000000
        memcached.expiration = 0
        stream.size = 2500000
        stats.enabled = 0
        stats.log = 0
        stats.interval = 5
        origin.idleconns = 1
        origin.cf-railgun = 1
        insecure.origin = 0
        compress.data = 1
        cpu.oversubscribe = 1
        memprofile.file = mem
        memstats.file = mem
        cpuprofile.file = cpu
        cpuprofile.intial = 0
        """

    @Test func everyKeyOfTheOriginalIsTaken() throws {
        let read = try listener(Self.originals)
        #expect(read.memcached.expiration == .seconds(2_592_000) && read.origins.sendsRailgunHeader)
        #expect(read.statistics.interval == .seconds(300) && read.pages.streamBytes == 2_500_000)
        let keys = read.warnings.map { $0.description.split(separator: " ")[1] }
        #expect(
            keys.sorted() == [
                "activation.public_ip", "cpuprofile.file", "cpuprofile.intial", "memcached.connect",
                "memprofile.file", "memstats.file",
            ])
        #expect(read.warnings.allSatisfy { $0.description.contains("has no effect: ") })
    }

    @Test func memcachedIsNamedByAddressesOrOneSocket() throws {
        let several = try listener("memcached.servers = cache-a:11212 10.0.0.5").memcached.servers
        #expect(several.map(\.description) == ["cache-a:11212", "10.0.0.5:11211"])
        #expect(
            try listener("memcached.servers = /run/memcached.sock").memcached.servers == [
                .socket("/run/memcached.sock")
            ])
        #expect(throws: ConfigurationError.self) { try listener("memcached.servers = /run/a.sock /run/b.sock") }
        #expect(throws: ConfigurationError.self) { try listener("memcached.expiration = 31 d") }
    }

    @Test func privatePagesLeaveMemoryWithAKeyThatLastsOnly() throws {
        #expect(throws: ConfigurationError.self) { try listener("store.private = 1") }
        let folder = try folder(["short": "too short", "key": String(repeating: "k", count: 32)])
        #expect(throws: ConfigurationError.self) {
            try listener("store.private = 1\nstore.key.file = \(folder("short"))")
        }
        let pages = try listener("store.private = 1\nstore.key.file = \(folder("key"))").pages
        #expect(try pages.keepsPrivate && pages.classKey() == pages.classKey())
        let plain = try listener("").pages
        #expect(try !plain.keepsPrivate && plain.file == nil && plain.classKey() != plain.classKey())
    }

    @Test func problemsOfTheMapAreReportedWithThoseOfTheConfiguration() throws {
        let folder = try folder(["nat.conf": "default = ?"])
        let found = problems {
            try ListenerConfiguration(settings("map.file = nat.conf\nwan.port = 70000", in: folder))
        }
        let how = "is missing; 'rg-sender cert' makes it"
        #expect(
            found == [
                "f.conf:2: wan.port = 70000: use 0 … 65535, or none",
                "f.conf: cert.file: the certificate of this end \(how)",
                "f.conf: key.file: the private key of this end \(how)",
                "f.conf: wan.ca.bundle: the root of the other end's certificate \(how)",
                "\(folder("nat.conf")):1: default = ?: use \(MappedOrigin.expectedList)",
            ])
    }

    @Test func aPlainLinkStaysOnThisMachine() throws {
        let here = try folder()
        #expect(try ListenerConfiguration(settings("wan.tls = 0\nwan.ip = ::1", in: here)).link.files == nil)
        #expect(try SenderConfiguration(settings("wan.tls = 0\nlisteners = localhost", in: here)).link.files == nil)
        let refused = "f.conf:1: wan.tls = 0: only a link on 127.0.0.1 or ::1 may go without TLS"
        #expect(problems { try ListenerConfiguration(settings("wan.tls = 0", in: here)) } == [refused])
        #expect(
            problems { try SenderConfiguration(settings("wan.tls = 0\nlisteners = 127.0.0.1 a.org", in: here)) }
                == [refused])
    }

    @Test func aFullSenderIsRead() throws {
        let read = try sender(
            """
            http.listen = 0.0.0.0:80 [::]:80
            https.listen = 0.0.0.0:443
            https.cert.file = www.pem
            https.key.file = www.key
            listeners.shop = 192.0.2.7 192.0.2.8:2409
            site.shop.example.org = shop
            site.example.org = default
            origin.example.org = http://198.51.100.4:81
            client.timeout = 2 min
            trusted.proxies = 127.0.0.1 10.0.0.0/8
            compress.clients = 1
            railgun.header = 0
            wan.timeout = 500 ms
            """)
        #expect(read.front.http.map(\.description) == ["0.0.0.0:80", "[::]:80"])
        #expect(read.front.certificate?.key.hasSuffix("/www.key") == true)
        #expect(read.groups["shop"]?.listeners.description == "[[192.0.2.7:2408], [192.0.2.8:2409]]")
        #expect(read.groups["default"]?.listeners.description == "[[192.0.2.1:2408]]")
        #expect(read.group(host: "shop.example.org", port: 443) == "shop")
        #expect(read.group(host: "example.org", port: 80) == "default")
        #expect(read.group(host: "else.org", port: 80) == nil)
        #expect(read.origins.value(host: "example.org", port: 80) == HostAndPort("198.51.100.4:81"))
        #expect(read.origins.value(host: "else.org", port: 80) == nil)
        #expect(read.front.idleTimeout == .seconds(120) && read.front.compresses && !read.front.sendsRailgunHeader)
        #expect(read.front.trustedProxies == [AddressRange("127.0.0.1"), AddressRange("10.0.0.0/8")])
        #expect(read.wanTimeout == .milliseconds(500))
        #expect(read.warnings.isEmpty)
    }

    @Test func allAddressesAreOpenedBeforeRootIsGivenUp() throws {
        let read = try sender(
            """
            http.listen = 127.0.0.1:80
            wan.listen = 127.0.0.1:81
            listeners.dialed = inner.example.org
            stats.listen = 127.0.0.1:82
            activation.listen = 127.0.0.1:83
            activation.folder = keys
            """)
        #expect(read.listening.map(\.address.port).sorted() == [80, 81, 82, 83])
        #expect(read.listening.allSatisfy { $0.key.hasSuffix(".listen") })
    }

    @Test func activationNeedsAPlaceForTheAuthority() throws {
        let text = "cert.file = a.pem\nkey.file = a.key\nactivation.railgun_host = b\nactivation.token = c\n"
        let pin = "peer.keys = sha256/n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
        let here = try folder()
        #expect(
            problems { try ListenerConfiguration(settings(text + pin, in: here)) }
                == ["f.conf: wan.ca.bundle: is missing: activation writes the authority there"])
        #expect(try ListenerConfiguration(settings(text + pin + "\nwan.ca.bundle = d.pem", in: here)).activation != nil)
    }

    @Test(arguments: ["\u{1}", "\nactivation.token = rgt-hidden", "\nactivation.token.file = t"])
    func noMessageShowsAToken(broken: String) throws {
        let text = "activation.railgun_host = b\nactivation.token = rgt-hidden\(broken)\n"
        let said = problems { try ListenerConfiguration(settings(text, in: try folder())) }
        #expect(said.contains { $0.contains("activation.token") } && !said.contains { $0.contains("rgt-hidden") })
    }

    @Test func withoutSitesEveryHostGoesToTheDefaultGroup() throws {
        #expect(try sender("").group(host: "any", port: 1) == "default")
        #expect(try sender("site.default = default\nsite.a = default").group(host: "any", port: 1) == "default")
    }

    @Test func settingsAreCheckedAgainstEachOther() throws {
        let here = try folder()
        let end = "cert.file = sender.pem\nkey.file = sender.key\nca.bundle = ca.pem\n"
        #expect(
            problems { try SenderConfiguration(settings(end, in: here)) }.map { $0.prefix(30) }
                == ["f.conf: listeners: is missing;"])
        #expect(
            problems {
                try sender(
                    """
                    https.listen = 0.0.0.0:443
                    http.listen =
                    site.a = shp
                    listeners.shop = b
                    listeners.default = c
                    origin.a = https://b
                    listeners.x = b:0
                    client.timout = 3
                    trusted.proxies = 10.0.0.1/8
                    """)
            }
                == [
                    "f.conf:7: site.a = shp: there is no line listeners.shp",
                    "f.conf:9: listeners.default = c: the default group is named by 'listeners' alone",
                    "f.conf:10: origin.a = https://b: use http://HOST or http://HOST:PORT",
                    "f.conf:11: listeners.x = b:0: use HOST:PORT …, such as listener.example.org:2408",
                    "f.conf:12: client.timout: there is no such setting; is client.timeout meant?",
                    "f.conf:13: trusted.proxies = 10.0.0.1/8: use addresses and networks, such as 127.0.0.1 10.0.0.0/8 "
                        + "2001:db8::/32, without bits behind the prefix",
                    "f.conf: https.cert.file: is missing: https.listen needs a certificate",
                    "f.conf: https.key.file: is missing: https.listen needs its private key",
                ])
        #expect(
            problems { try sender("http.listen =") } == [
                "f.conf:5: http.listen =: no client could connect: name an address here or in https.listen"
            ])
        #expect(
            try sender("listeners.shop = b").warnings.map(\.description) == [
                "f.conf:5: listeners.shop = b: no host uses it: "
                    + "name it in site.HOST, or in site.default for all other hosts"
            ])
    }

    @Test func groupsHavePathsAPolicyAndListenersThatDial() throws {
        let read = try sender(
            """
            wan.listen = 0.0.0.0:2408
            listeners.policy = round-robin
            listeners.dialed = Listener.example.org other
            listeners.shop = a|[2001:db8::1]:2409 b
            listeners.shop.policy = primary
            listeners.far.dialed = far.example.org
            site.a = shop
            site.b = far
            site.default = default
            """)
        #expect(
            read.groups["default"]
                == .init(
                    listeners: [[.init(host: "192.0.2.1", port: 2408)]], dialed: ["listener.example.org", "other"],
                    policy: .roundRobin))
        #expect(read.groups["shop"]?.listeners.description == "[[a:2408, [2001:db8::1]:2409], [b:2408]]")
        #expect(read.groups["shop"]?.policy == .primary)
        #expect(read.groups["far"] == .init(dialed: ["far.example.org"]))
        #expect(read.linkAddresses.description == "[0.0.0.0:2408]" && read.warnings.isEmpty)
    }

    @Test func whatIsWrongWithGroupsIsNamed() throws {
        #expect(
            problems {
                try sender(
                    """
                    wan.listen = 0.0.0.0:2408
                    listeners.policy = best
                    listeners.dialed = a.org
                    listeners.shop.dialed = b.org a.org
                    listeners.shp.policy = primary
                    listeners.x = b||c
                    site.a = shop
                    site.b = x
                    site.default = default
                    """)
            } == [
                "f.conf:6: listeners.policy = best: use fastest or round-robin or primary",
                "f.conf:8: listeners.shop.dialed = b.org a.org: a.org is named in listeners.dialed already",
                "f.conf:9: listeners.shp.policy = primary: there is no line listeners.shp",
                "f.conf:10: listeners.x = b||c: use HOST:PORT …, such as listener.example.org:2408",
                "f.conf:12: site.b = x: there is no line listeners.x",
            ])
        #expect(
            problems { try sender("listeners.x = b c:1|d|c:1\nsite.a = x") } == [
                "f.conf:5: listeners.x = b c:1|d|c:1: c:1|d:2408|c:1 names one address twice"
            ])
        #expect(
            problems { try sender("listeners.dialed = a.org") } == [
                "f.conf:5: listeners.dialed = a.org: no listener could connect: name an address in wan.listen"
            ])
        #expect(
            problems { try sender("wan.listen = 0.0.0.0:1") } == [
                "f.conf:5: wan.listen = 0.0.0.0:1: name the listeners that may connect there in listeners.dialed"
            ])
    }

    @Test func aListenerMayDialAndAcceptNobody() throws {
        let read = try listener("wan.port = none\nwan.dial = edge.example.org [2001:db8::1]:9")
        #expect(read.wanPort == nil && read.senders.description == "[edge.example.org:2408, [2001:db8::1]:9]")
        #expect(
            problems { try listener("wan.port = none") } == [
                "f.conf:4: wan.port = none: no sender could be reached: name one in wan.dial, or give a port"
            ])
        let refused = "f.conf:1: wan.tls = 0: only a link on 127.0.0.1 or ::1 may go without TLS"
        let here = try folder()
        #expect(
            problems { try ListenerConfiguration(settings("wan.tls = 0\nwan.ip = ::1\nwan.dial = a.org", in: here)) }
                == [refused])
        let plain = settings("wan.tls = 0\nwan.port = none\nwan.dial = localhost", in: here)
        #expect(try ListenerConfiguration(plain).link.files == nil)
    }

    @Test func statisticsCanBeTurnedOff() throws {
        let on = "stats.listen = 127.0.0.1:0\nstats.log = 1\nstats.url = http://a/b\n"
        #expect(try listener(on).statistics.url?.target == "/b")
        #expect(try listener(on + "stats.enabled = 0").statistics == listener("").statistics)
        #expect(try listener("stats.enabled = 1").warnings.count == 1)
    }

    @Test(arguments: [
        "stats.url = https://example.org/", "stats.price = 9", "syslog.addr = a b", "user = root", "user = no such",
        "user = nobody-of-this-name", "activation.railgun_host = a:b:c",
    ])
    func whatMayBeLeftEmptyMustBeRightWhereItIsNot(line: String) throws {
        let found = problems { try listener(line) }
        #expect(found.count { $0.contains("\(line): use ") } == 1, "\(found)")
        let key = line.prefix { $0 != "=" }
        _ = try listener("\(key)=")
    }

    @Test func syslogIsAServerOrASocket() throws {
        #expect(try listener("syslog.addr = /dev/log").log.target == .syslogSocket("/dev/log"))
        #expect(try listener("syslog.addr = 10.0.0.1").log.target == .syslog(.init(host: "10.0.0.1", port: 514)))
        #expect(
            problems { try listener("syslog.addr = a:1\nstderr.file = b") }
                == ["f.conf:4: syslog.addr = a:1: the log goes to stderr.file already"])
    }
}
