import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// Those who watch the dashboard: each gets what changed, as server-sent events.
///
/// What they see is made once for all of them, and only as long as somebody watches.
final class Watchers: Sendable {
    /// How many may watch.
    static let most = 16
    /// Who hasn't taken so many events by the next one is too slow, and is dropped.
    private static let eventsWaiting = 3

    private struct Watcher {
        let channel: any Channel
        let events: AsyncStream<ByteBuffer>.Continuation
        /// Whether it gets everything next, and not only what changed.
        var isNew = true
    }

    private struct State {
        var watchers: [ObjectIdentifier: Watcher] = [:]
        var isTicking = false
    }

    private let state = NIOLockedValueBox(State())
    private let interval: Duration
    private let fragments: @Sendable () async -> [Fragment]

    /// Describes what is to be seen.
    ///
    /// - Parameters:
    ///   - interval: How long it takes from one event to the next.
    ///   - fragments: Makes what is shown.
    init(every interval: Duration, _ fragments: @escaping @Sendable () async -> [Fragment]) {
        (self.interval, self.fragments) = (interval, fragments)
    }

    var count: Int { state.withLockedValue { $0.watchers.count } }

    /// Lets somebody watch, until the connection is closed.
    ///
    /// - Parameter channel: The connection; closed where the watcher is too slow.
    /// - Returns: The events; `nil` where too many watch already.
    func join(_ channel: any Channel) -> AsyncStream<ByteBuffer>? {
        let (events, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.eventsWaiting))
        let key = ObjectIdentifier(channel)
        let (hasRoom, isFirst) = state.withLockedValue { state -> (Bool, Bool) in
            guard state.watchers.count < Self.most else { return (false, false) }
            state.watchers[key] = Watcher(channel: channel, events: continuation)
            defer { state.isTicking = true }
            return (true, !state.isTicking)
        }
        guard hasRoom else { return nil }
        channel.closeFuture.whenComplete { _ in self.leave(key) }
        if isFirst { Task { await self.tick() } }
        return events
    }

    private func leave(_ key: ObjectIdentifier) {
        state.withLockedValue { $0.watchers.removeValue(forKey: key) }?.events.finish()
    }

    /// Ends all events: the browsers then ask again, whoever listens by then.
    func finish() {
        let watchers = state.withLockedValue { state in
            defer { state.watchers = [:] }
            return state.watchers.values
        }
        for watcher in watchers { watcher.events.finish() }
    }

    private func tick() async {
        var shown: [String: String] = [:]
        while true {
            let all = Dictionary(uniqueKeysWithValues: await fragments().map { ($0.id, $0.html.source) })
            let changed = all.filter { shown[$0.key] != $0.value }
            shown = all
            guard send(all: Self.event(all), changed: Self.event(changed)) else { return }
            try? await Task.sleep(for: interval)
        }
    }

    /// Gives each watcher an event.
    ///
    /// - Returns: Whether anybody is left; if not, the next one who joins starts the ticking again.
    private func send(all: ByteBuffer, changed: ByteBuffer) -> Bool {
        let (slow, isWatched) = state.withLockedValue { state in
            var slow: [Watcher] = []
            for (key, watcher) in state.watchers {
                if case .dropped = watcher.events.yield(watcher.isNew ? all : changed) {
                    slow.append(watcher)
                    state.watchers[key] = nil
                } else {
                    state.watchers[key]?.isNew = false
                }
            }
            state.isTicking = !state.watchers.isEmpty
            return (slow, state.isTicking)
        }
        for watcher in slow {
            watcher.events.finish()
            watcher.channel.close(promise: nil)
        }
        return isWatched
    }

    private static func event(_ fragments: [String: String]) -> ByteBuffer {
        // Without spaces for people, JSON is one line, as an event's data has to be.
        guard let json = try? JSONEncoder().encode(fragments) else { return ByteBuffer(string: ": nothing\n\n") }
        return ByteBuffer(string: "data: \(String(decoding: json, as: UTF8.self))\n\n")
    }
}
