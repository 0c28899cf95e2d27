import NIOConcurrencyHelpers
import NIOCore

/// What all event loops share of what the dashboard shows; there is one where `stats.listen` is set.
final class Observer: Sendable {
    let sampler = GzipSampler()
    let sources = PageSources()
    let progress: NIOLockedValueBox<Progress>

    init(start: NIODeadline = .now()) { progress = NIOLockedValueBox(Progress(start: start)) }
}

/// What others have to say for the dashboard.
struct ObservedParts: Sendable {
    var links: @Sendable () async -> [Overview.LinkState] = { [] }
    var store: @Sendable () -> Overview.StoreContents = { Overview.StoreContents() }
}

/// What the store holds, looked at once in a while, however many ask.
final class StoreLook: Sendable {
    private static let lifetime = TimeAmount.seconds(5)
    private struct State {
        var made: NIODeadline?
        var contents = Overview.StoreContents()
    }

    private let state = NIOLockedValueBox(State())

    /// The contents as they are now, or were a moment ago.
    func contents(at now: NIODeadline, _ make: () -> Overview.StoreContents) -> Overview.StoreContents {
        let isDue = state.withLockedValue { state in
            if let made = state.made, now < made + Self.lifetime { return false }
            state.made = now
            return true
        }
        if isDue {
            let contents = make()
            state.withLockedValue { $0.contents = contents }
        }
        return state.withLockedValue { $0.contents }
    }
}
