/// Where statistics are shown: `stats.enabled`, `.listen`, `.names`, `.log`, `.url`, `.interval`, `.price`.
package struct StatisticsSettings: Equatable, Sendable {
    /// `stats.listen`: where `GET /` gives them.
    package var listen: HostAndPort?
    /// `stats.names`: by which names ``listen`` may be asked, in lower case, beside its address.
    package var names: [String] = []
    /// `stats.log`: whether they are logged every ``interval``.
    package var isLogged = false
    /// `stats.url`: where they are sent by POST every ``interval``.
    package var url: PlainURL?
    /// `stats.interval`.
    ///
    /// A number alone counts minutes, as it always did.
    package var interval: Duration = .seconds(60)

    /// `stats.price`: what a GB of 10^9 bytes costs; `nil` where nobody said so.
    package var price: Overview.Price?

    /// ``listen`` by the key that names it; empty where there is none.
    var listening: [(key: String, address: HostAndPort)] { listen.map { [("stats.listen", $0)] } ?? [] }

    /// Nobody is told.
    package init() {}

    init(_ settings: inout Settings) {
        let isEnabled = settings.takeFlag("stats.enabled")
        listen = settings.takeAddress("stats.listen")
        names =
            settings.take("stats.names", expected: "names without a port, such as stats.example.org") { value in
                value.words { word in HostName(word).flatMap { $0.port == nil ? $0.host : nil } }
            } ?? []
        isLogged = settings.take("stats.log", default: false)
        url = settings.takeUnlessEmpty(
            "stats.url", expected: "http://HOST[:PORT]/PATH; https is not supported here", parse: PlainURL.init)
        interval = settings.take(
            "stats.interval", default: .seconds(60), in: .seconds(1) ... .seconds(86_400), unit: .minutes)
        price = settings.takeUnlessEmpty(
            "stats.price", expected: "the price of a GB of 10^9 bytes and its currency, such as 0.09 USD"
        ) { Overview.Price($0) }
        if isEnabled == false { (listen, isLogged, url) = (nil, false, nil) }
        if isEnabled == true, listen == nil, !isLogged, url == nil {
            settings.warn("stats.enabled", "nothing shows them; set stats.listen, stats.log or stats.url")
        }
    }
}

/// An address that starts with `http://`.
package struct PlainURL: Hashable, Sendable, CustomStringConvertible {
    /// Host and port, the port 80 by default.
    package let server: HostAndPort
    /// What follows, from the first slash on; at least the slash.
    package let target: String

    /// Reads an address; `nil` for anything else.
    package init?(_ text: String) {
        guard text.hasPrefix("http://"), text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !text.contains("#") else {
            return nil
        }
        let rest = text.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        guard let server = HostAndPort(String(authority), defaultPort: 80) else { return nil }
        self.server = server
        target = authority.endIndex == rest.endIndex ? "/" : String(rest[authority.endIndex...])
    }

    /// As it is read, with its port.
    package var description: String { "http://\(server)\(target)" }
}
