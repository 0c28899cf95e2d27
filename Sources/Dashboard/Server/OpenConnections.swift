import NIOConcurrencyHelpers
import NIOCore

/// The connections that a port has accepted.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
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
            guard state.channels.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private var channels: [any Channel] { state.withLockedValue { Array($0.channels.values) } }

    /// Ends the idle ones, and all others after their answer.
    func finish() {
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

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
