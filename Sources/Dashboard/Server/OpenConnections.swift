import NIOConcurrencyHelpers
import NIOCore

/// The connections that a port has accepted.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Those that answer one more request at most.
        var ending: Set<ObjectIdentifier> = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = NIOLockedValueBox(State())

    /// Adds a connection; it is forgotten when it is closed.
    func add(_ channel: any Channel) {
        state.withLockedValue { $0.channels[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in self.forget(channel) }
    }

    private func forget(_ channel: any Channel) {
        let waiting = state.withLockedValue { state in
            state.channels[ObjectIdentifier(channel)] = nil
            state.ending.remove(ObjectIdentifier(channel))
            guard state.channels.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private var channels: [any Channel] { state.withLockedValue { Array($0.channels.values) } }

    /// Each that is open now ends with its next answer.
    ///
    /// Closed at once, it might lose a request that is on its way.
    func endWithNextAnswer() { state.withLockedValue { $0.ending = Set($0.channels.keys) } }

    /// Whether an answer is the last one of its connection; if so, that ends with it.
    func isLastAnswer(on channel: any Channel) -> Bool {
        let isLast = state.withLockedValue { $0.ending.contains(ObjectIdentifier(channel)) }
        if isLast { channel.endAfterAnswer() }
        return isLast
    }

    /// Ends the idle ones, and all others after their answer.
    func finish() { for channel in channels { channel.endAfterAnswer() } }

    /// Ends all of them at once.
    func close() { for channel in channels { channel.close(promise: nil) } }

    /// Waits until none is left.
    func whenNone() async {
        await withCheckedContinuation { continuation in
            let isNone = state.withLockedValue { state in
                if !state.channels.isEmpty { state.waiting.append(continuation) }
                return state.channels.isEmpty
            }
            if isNone { continuation.resume() }
        }
    }
}

extension Channel {
    /// Ends a connection of Hummingbird's with the answer that is under way, or at once where there is none.
    func endAfterAnswer() { pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
}
