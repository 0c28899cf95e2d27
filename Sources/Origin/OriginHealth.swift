import Foundation
package import Logging
import NIOConcurrencyHelpers
package import NIOCore
package import Operations

/// Which origins of the NAT map are well; shared by all event loops.
package final class OriginHealth: Sendable {
    struct Entry: Sendable {
        /// Where it is named first, as the map says it, and how many lines name it.
        var site: String
        var siteCount = 1
        var weight: Int
        var isBackup: Bool
        /// Whether no line that names it names another one.
        var isAlone: Bool
        var condition = OriginCondition()
        var requests = 0
        var failures = 0
        var downs = 0
        var lastError: String?
        /// When it last went down or came up; at first when it became known.
        var since = Date()
    }

    struct State: Sendable {
        var settings = OriginHealthSettings()
        var entries: [OriginKey: Entry] = [:]
    }

    let state = NIOLockedValueBox(State())
    private let logger: Logger

    /// Knows no origins at first; see ``update(_:_:now:)``.
    package init(logger: Logger) { self.logger = logger }

    /// Takes over another map or other settings; origins that stay keep their state.
    package func update(_ map: NATMap, _ origins: ListenerConfiguration.Origins, now: NIODeadline = .now()) {
        state.withLockedValue { state in
            let old = state.entries
            state = State(settings: origins.health)
            for (host, port, line) in map.lines {
                let site = host.map { port == nil ? $0 : HostAndPort(host: $0, port: port!).description } ?? "default"
                for origin in line.origins {
                    for key in OriginKey.keys(of: origin, linePort: port, isInsecure: origins.isInsecure) {
                        state.add(key, origin, site: site, isAlone: line.origins.count == 1)
                    }
                }
            }
            for (key, entry) in old {
                state.entries[key]?.keep(entry)
                if origins.health.check == nil { state.entries[key]?.condition.checksEnded(now) }
            }
        }
    }

    /// Whether the NAT map names an address.
    package func knows(_ address: OriginAddress) -> Bool {
        state.withLockedValue { $0.entries[OriginKey(address)] != nil }
    }

    /// Chooses the origin for a request, or for its next try; counts it.
    ///
    /// - Returns: A place among the origins of the site; `nil` where all have been tried.
    func choose(
        _ site: OriginSite, tried: [Int], isRepeatable: Bool, _ now: NIODeadline, _ rotation: inout OriginRotation
    ) -> Int? {
        state.withLockedValue { state in
            let place: Int?
            if site.origins.count == 1 {
                place = tried.isEmpty ? 0 : nil
            } else {
                let conditions = site.addresses.map { state.entries[OriginKey($0)]?.condition ?? OriginCondition() }
                place = rotation.choose(
                    among: site.origins, conditions, tried: tried, isRepeatable: isRepeatable, now, state.settings)
            }
            guard let place else { return nil }
            let settings = state.settings
            state.entries[OriginKey(site[place])]?.count(now, settings)
            return place
        }
    }

    /// A request that was sent at `began` got an answer.
    func answered(_ address: OriginAddress, began: NIODeadline, _ now: NIODeadline) {
        note(OriginKey(address)) { entry, _ in entry.condition.answered(began: began, now) }
    }

    /// A request got no answer, by the origin's fault.
    ///
    /// - Returns: Whether it went down with that.
    func failed(_ address: OriginAddress, _ why: String, _ now: NIODeadline) -> Bool {
        note(OriginKey(address)) { entry, settings in
            entry.failures += 1
            entry.lastError = why
            return entry.condition.failed(now, settings)
        }
    }

    /// A check passed, or, with `why`, did not.
    ///
    /// - Returns: Whether it went down with that.
    func checked(_ key: OriginKey, failure why: String?, _ now: NIODeadline) -> Bool {
        note(key) { entry, settings in
            guard let check = settings.check else { return nil }
            if let why { entry.lastError = why }
            return entry.condition.checked(passed: why == nil, now, check)
        }
    }

    @discardableResult private func note(
        _ key: OriginKey, _ change: (inout Entry, OriginHealthSettings) -> OriginCondition.Change?
    ) -> Bool {
        let noted: (OriginCondition.Change, Entry, OriginHealthSettings)? = state.withLockedValue { state in
            guard let index = state.entries.index(forKey: key) else { return nil }
            let settings = state.settings
            guard let change = change(&state.entries.values[index], settings) else { return nil }
            state.entries.values[index].since = Date()
            if change == .wentDown { state.entries.values[index].downs += 1 }
            return (change, state.entries.values[index], settings)
        }
        guard let (change, entry, settings) = noted else { return false }
        // Both at one level: who reads of the one is waiting for the other.
        switch change {
        case .wentDown: logger.warning("\(entry.words(key)) is down: \(entry.downWords(settings))")
        case .cameUp: logger.warning("\(entry.words(key)) is up again")
        }
        return change == .wentDown
    }
}

extension OriginHealth.State {
    fileprivate mutating func add(_ key: OriginKey, _ origin: MappedOrigin, site: String, isAlone: Bool) {
        guard var entry = entries[key] else {
            entries[key] = .init(
                site: site, weight: origin.weight, isBackup: origin.isBackup, isAlone: isAlone)
            return
        }
        entry.siteCount += 1
        entry.isAlone = entry.isAlone && isAlone
        entries[key] = entry
    }
}

extension OriginHealth.Entry {
    /// Takes over what was learned under another configuration.
    fileprivate mutating func keep(_ old: Self) {
        (condition, since, lastError) = (old.condition, old.since, old.lastError)
        (requests, failures, downs) = (old.requests, old.failures, old.downs)
    }

    fileprivate mutating func count(_ now: NIODeadline, _ settings: OriginHealthSettings) {
        requests += 1
        condition.chosen(now, settings)
    }

    fileprivate func words(_ key: OriginKey) -> String {
        "origin \(key) of \(site)" + (siteCount == 1 ? "" : " and \(siteCount - 1) more")
    }

    fileprivate func downWords(_ settings: OriginHealthSettings) -> String {
        let next =
            isAlone
            ? "there is no other, so it is asked all the same"
            : condition.waitsForChecks
                ? "it gets requests again once \(settings.check?.rise ?? 1) checks in a row have passed"
                : "it is tried again in \(DurationText(settings.failTimeout))"
        return "\(lastError ?? "no answer"); \(next)"
    }
}

extension OriginKey {
    /// What an origin can be asked as; without a port of its own or of its line, at the usual ones.
    ///
    /// Visitors may name other ports. Those are asked, but their health is not kept: there are too many of them.
    static func keys(of origin: MappedOrigin, linePort: Int?, isInsecure: Bool) -> [OriginKey] {
        let port = origin.port ?? linePort
        let plain = OriginKey(host: origin.host, port: port ?? 80, isTLS: false)
        return isInsecure ? [plain] : [plain, OriginKey(host: origin.host, port: port ?? 443, isTLS: true)]
    }
}
