import Credentials

/// One group of listeners, any of which may answer for a site: `listeners` and `listeners.NAME`.
package struct ListenerGroupSettings: Equatable, Sendable {
    /// How a request gets its listener.
    package enum Policy: String, CaseIterable, Sendable, Codable {
        /// The one that is nearest and least busy.
        case fastest
        /// Each in turn.
        case roundRobin = "round-robin"
        /// The first of the line that is well.
        case primary
    }

    /// A listener that connections are opened to: the addresses that lead to it, at least one.
    package typealias Listener = [HostAndPort]

    /// `listeners.NAME`: the listeners that this sender connects to.
    package var listeners: [Listener] = []
    /// `listeners.NAME.dialed`: names in the certificates of listeners that connect to this sender, in lower case; or the
    /// pins of their keys.
    package var dialed: [String] = []
    /// `listeners.NAME.policy`.
    package var policy = Policy.fastest

    package init(listeners: [Listener] = [], dialed: [String] = [], policy: Policy = .fastest) {
        (self.listeners, self.dialed, self.policy) = (listeners, dialed, policy)
    }
}

extension ListenerGroupSettings {
    private static let prefix = "listeners."

    /// The keys of one group, for messages.
    static func key(_ name: String, _ suffix: String = "") -> String {
        name == SenderConfiguration.defaultGroup ? "listeners" + suffix : prefix + name + suffix
    }

    /// Takes all groups, by their names.
    static func takeAll(_ settings: inout Settings) -> [String: ListenerGroupSettings] {
        let policies = Policy.allCases.map(\.rawValue).joined(separator: " or ")
        // What ends in more than a name comes first: the rest are names.
        let policy = take(&settings, ".policy", policies, Policy.init)
        let dialed = take(
            &settings, ".dialed", "names in certificates, such as listener.example.org, or sha256/PIN …", names)
        let listeners = take(&settings, "", "HOST:PORT …, such as listener.example.org:2408", addresses)

        var groups: [String: ListenerGroupSettings] = [:]
        var groupOfCertificate: [String: String] = [:]
        for name in Set(listeners.keys).union(dialed.keys).sorted() {
            groups[name] = ListenerGroupSettings(
                listeners: listeners[name] ?? [], dialed: dialed[name] ?? [], policy: policy[name] ?? .fastest)
            for listener in listeners[name] ?? [] where Set(listener).count < listener.count {
                let words = listener.map(\.description).joined(separator: "|")
                settings.refuse(key(name), "\(words) names one address twice")
            }
            for certificate in dialed[name] ?? [] {
                guard let other = groupOfCertificate.updateValue(name, forKey: certificate) else { continue }
                settings.refuse(
                    key(name, ".dialed"), "\(certificate) is named in \(key(other, ".dialed")) already")
            }
        }
        for name in policy.keys.sorted() where groups[name] == nil && !settings.gives(key(name)) {
            settings.refuse(key(name, ".policy"), "there is no line \(key(name))")
        }
        return groups
    }

    /// Takes one key of all groups: that of the default group, and those that have a name in them.
    private static func take<Value>(
        _ settings: inout Settings, _ suffix: String, _ expected: String, _ parse: (String) -> Value?
    ) -> [String: Value] {
        let ownGroup = SenderConfiguration.defaultGroup
        var values: [String: Value] = [:]
        values[ownGroup] = settings.take(key(ownGroup, suffix), expected: expected, parse: parse)
        for entry in settings.takeAll(prefix: prefix, name: "NAME", suffix: suffix) {
            let name = String(entry.key.dropFirst(prefix.count).dropLast(suffix.count))
            if name == ownGroup {
                settings.refuse(entry.key, "the default group is named by '\(key(ownGroup, suffix))' alone")
            } else if let value = parse(entry.value) {
                values[name] = value
            } else {
                settings.refuse(entry.key, "use \(expected)")
            }
        }
        return values
    }

    private static func addresses(_ value: String) -> [Listener]? {
        value.words { word -> Listener? in
            let paths = word.split(separator: "|", omittingEmptySubsequences: false)
            let addresses = paths.compactMap { HostAndPort(String($0), defaultPort: 2408) }
            return addresses.count == paths.count ? addresses : nil
        }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func names(_ value: String) -> [String]? {
        let names = value.words { $0.hasPrefix("sha256/") ? KeyPin($0)?.description : $0.lowercased() } ?? []
        return names.isEmpty || Set(names).count < names.count ? nil : names
    }
}
