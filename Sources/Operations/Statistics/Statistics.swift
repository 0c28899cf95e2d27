import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// What one event loop counts.
///
/// It is used on that loop only, so that counting is one addition, without atomics or locks.
package final class LoopStatistics {
    /// The counters.
    package var counters = Counters()
    /// The times.
    package var latencies = Latencies()
    /// What the dashboard shows; `nil` where there is none.
    package let observations: LoopObservations?

    init(observations: LoopObservations?) { self.observations = observations }
}

/// What a daemon counts: one ``LoopStatistics`` for each event loop, added up when somebody asks.
package final class Statistics: Sendable {
    /// A part of the document that its owner makes: what the lanes do, what the store holds.
    package struct Section: Sendable {
        let name: String
        let make: @Sendable () async -> Content

        struct Content: Sendable {
            let value: any Encodable & Sendable
            let metrics: [Metric]
        }

        /// Describes a part.
        ///
        /// - Parameters:
        ///   - name: Its name in the document.
        ///   - make: Called each time that somebody asks for the statistics.
        ///   - metrics: What Prometheus is told of it.
        package init<Value: Encodable & Sendable>(
            _ name: String, make: @escaping @Sendable () async -> Value,
            metrics: @escaping @Sendable (Value) -> [Metric] = { _ in [] }
        ) {
            self.name = name
            self.make = {
                let value = await make()
                return Content(value: value, metrics: metrics(value))
            }
        }
    }

    let role: String
    let version: String
    private let started = ContinuousClock.now
    let loops: [NIOLoopBoundBox<LoopStatistics>]
    /// `nil` where nobody will look: without `stats.listen`.
    let observer: Observer?
    let storeLook = StoreLook()
    private let observedParts = NIOLockedValueBox(ObservedParts())
    private let sections = NIOLockedValueBox<[Section]>([])
    private let current: NIOLockedValueBox<StatisticsSettings>

    /// Makes one place to count for each loop of `group`.
    ///
    /// - Parameters:
    ///   - role: The program: "rg-listener".
    ///   - version: Its version.
    ///   - group: All loops that will ever count.
    ///   - settings: Who is told, and how often.
    package init(
        role: String, version: String, group: some EventLoopGroup, settings: StatisticsSettings = StatisticsSettings()
    ) {
        (self.role, self.version) = (role, version)
        current = NIOLockedValueBox(settings)
        let observer = settings.listen == nil ? nil : Observer()
        self.observer = observer
        let eventLoops = Array(group.makeIterator())
        loops = eventLoops.enumerated().map { number, loop in
            let observations = observer.map {
                LoopObservations(
                    eventLoop: loop, number: number, of: eventLoops.count, sampler: $0.sampler, sources: $0.sources)
            }
            return .makeBoxSendingValue(LoopStatistics(observations: observations), eventLoop: loop)
        }
    }

    /// Seconds since the start.
    var uptimeSeconds: Int { Int((ContinuousClock.now - started).components.seconds) }

    /// What others have to say for the dashboard.
    var parts: ObservedParts { observedParts.withLockedValue { $0 } }

    func changeParts(_ change: (inout ObservedParts) -> Void) { observedParts.withLockedValue { change(&$0) } }

    /// The place to count of the event loop that this is called on.
    ///
    /// Keep it: this is a search.
    package func onLoop(_ loop: any EventLoop) -> LoopStatistics {
        guard let found = loops.first(where: { $0.eventLoop === loop }) else {
            preconditionFailure("the statistics were made for another group of event loops")
        }
        return found.value
    }

    /// Who is told, and how often; ``StatisticsSettings/listen`` counts at the start only.
    package var settings: StatisticsSettings {
        get { current.withLockedValue { $0 } }
        set { current.withLockedValue { $0 = newValue } }
    }

    /// Adds a part to the document.
    package func add(_ section: Section) { sections.withLockedValue { $0.append(section) } }

    /// What all loops counted together.
    package func totals() async -> (counters: Counters, latencies: Latencies) {
        var totals = (counters: Counters(), latencies: Latencies())
        for box in loops {
            // A loop that has ended counts no more; what it counted is lost with it.
            let part = try? await box.eventLoop.submit { (box.value.counters, box.value.latencies) }.get()
            guard let (counters, latencies) = part else { continue }
            totals.counters += counters
            totals.latencies += latencies
        }
        return totals
    }

    /// The statistics as they are shown.
    func document() async -> StatisticsDocument {
        let (counters, latencies) = await totals()
        var parts: [String: Section.Content] = [:]
        for section in sections.withLockedValue({ $0 }) { parts[section.name] = await section.make() }
        return StatisticsDocument(
            role: role, version: version, uptime: ContinuousClock.now - started, time: Date(), counters: counters,
            latencies: latencies, price: settings.price,
            residentBytes: StatisticsDocument.currentResidentBytes(), sections: parts)
    }
}
