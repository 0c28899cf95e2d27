internal import DeltaEngine
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import PageStore
internal import Synchronization

/// One memcached with threads of its own, so that a silent one holds up no other, and a breaker before it.
///
/// Safe to use from any thread.
final class MemcachedServer: Sendable {
    /// The most look-ups, and the most writes, that wait: more would only wait in vain.
    private static let maxWaiting = 64
    private static let probeKey = "railgun:probe"

    let address: MemcachedSettings.Server
    private let settings: MemcachedSettings
    private let maxPageBytes: Int
    private let logger: Logger
    private let breaker = NIOLockedValueBox(CircuitBreaker())
    private let lookUps = NIOThreadPool(numberOfThreads: 2)
    private let writes = NIOThreadPool(numberOfThreads: 1)
    private let waitingLookUps = Atomic<Int>(0)
    private let waitingWrites = Atomic<Int>(0)
    private let idle = NIOLockedValueBox<[Held]>([])
    private let figures = NIOLockedValueBox(Figures())

    private struct Held: @unchecked Sendable {  // taken by one thread at a time
        let connection: MemcachedConnection
    }

    private struct Figures {
        var written = 0
        var notWritten = 0
        var error = ""
    }

    init(_ address: MemcachedSettings.Server, _ settings: MemcachedSettings, maxPageBytes: Int, logger: Logger) {
        (self.address, self.settings, self.maxPageBytes, self.logger) = (address, settings, maxPageBytes, logger)
        lookUps.start()
        writes.start()
    }

    func stop() {
        lookUps.shutdownGracefully { _ in }
        writes.shutdownGracefully { _ in }
    }

    var summary: SharedStoreSummary.Server {
        let figures = figures.withLockedValue { $0 }
        let isAsked = breaker.withLockedValue { $0.isClosed }
        return .init(
            address: address.description, state: isAsked ? "asked" : "left alone", written: figures.written,
            notWritten: figures.notWritten, error: isAsked ? "" : figures.error)
    }

    // MARK: looking up

    func lookUp(
        _ key: String, prefix: UInt64, on eventLoop: any EventLoop, then: @escaping @Sendable (SharedLookUp) -> Void
    ) {
        guard mayAsk(), take(waitingLookUps) else { return eventLoop.execute { then(.skipped) } }
        let deadline = NIODeadline.now() + TimeAmount(settings.timeout)
        let waiting = NIOLoopBoundBox<(@Sendable (SharedLookUp) -> Void)?>(then, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(deadline: deadline) {
            guard let then = waiting.value.take() else { return }
            self.failed(.timeout)
            then(.failed)
        }
        lookUps.submit { state in
            self.waitingLookUps.subtract(1, ordering: .relaxed)
            guard NIODeadline.now() < deadline else { return }
            let result: SharedLookUp
            switch state {
            case .active: result = self.lookUp(key, prefix: prefix)
            case .cancelled: result = .skipped  // another store has taken this one's place
            }
            eventLoop.execute {
                timer.cancel()
                waiting.value.take()?(result)
            }
        }
    }

    private func lookUp(_ key: String, prefix: UInt64) -> SharedLookUp {
        do throws(MemcachedFailure) {
            return try withConnection { connection throws(MemcachedFailure) in
                guard let item = try connection.get(key) else { return .missing }
                guard let page = SharedItem.decode(item, prefix: prefix, maxPageBytes: maxPageBytes) else {
                    try connection.delete(key)
                    return .damaged
                }
                return .found(page.bytes, page.version)
            }
        } catch {
            return .failed
        }
    }

    // MARK: writing

    func keep(_ bytes: [UInt8], version: PageVersion, key: String, seconds: Int) {
        guard mayAsk(), take(waitingWrites) else { return noteNotWritten() }
        writes.submit { state in
            self.waitingWrites.subtract(1, ordering: .relaxed)
            guard case .active = state else { return }
            let item = SharedItem.encode(bytes, version: version)
            guard item.count <= self.settings.byteLimit else { return self.noteNotWritten() }
            do throws(MemcachedFailure) {
                try self.withConnection { connection throws(MemcachedFailure) in
                    try connection.set(key, item, seconds: seconds)
                }
                self.figures.withLockedValue { $0.written += 1 }
            } catch {
                self.noteNotWritten()
            }
        }
    }

    // MARK: removing

    /// Removes items; returns how many could not be.
    func remove(_ keys: [String]) async -> Int {
        if keys.isEmpty { return 0 }
        return await withCheckedContinuation { done in
            writes.submit { state in
                guard case .active = state else { return done.resume(returning: keys.count) }
                for (place, key) in keys.enumerated() {
                    do throws(MemcachedFailure) {
                        try self.withConnection { connection throws(MemcachedFailure) in try connection.delete(key) }
                    } catch {
                        return done.resume(returning: keys.count - place)
                    }
                }
                done.resume(returning: 0)
            }
        }
    }

    private func noteNotWritten() { figures.withLockedValue { $0.notWritten += 1 } }

    // MARK: connections and the breaker

    private func take(_ waiting: borrowing Synchronization.Atomic<Int>) -> Bool {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.maxWaiting else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    private func withConnection<Result>(
        _ body: (MemcachedConnection) throws(MemcachedFailure) -> Result
    ) throws(MemcachedFailure) -> Result {
        let held =
            idle.withLockedValue { $0.popLast() }
            ?? Held(connection: MemcachedConnection(address, timeout: settings.timeout))
        do throws(MemcachedFailure) {
            let result = try body(held.connection)
            succeeded(held)
            return result
        } catch {
            switch error {
            case .refused: succeeded(held)
            case .timeout: failed(.timeout)
            case .broken(let why):
                idle.withLockedValue { $0 = [] }  // a server that began anew has broken all of them
                failed(.error, why)
            }
            throw error
        }
    }

    private func succeeded(_ held: Held) {
        idle.withLockedValue { $0.append(held) }
        breaker.withLockedValue { $0.succeeded() }
    }

    private func failed(_ failure: CircuitBreaker.Failure, _ why: String = "it didn't answer in time") {
        guard breaker.withLockedValue({ $0.failed(failure, now: .now) }) else { return }
        idle.withLockedValue { $0 = [] }
        figures.withLockedValue { $0.error = why }
        logger.error("memcached \(address): \(why); it is left alone until it answers, and pages may come whole")
    }

    private func mayAsk() -> Bool {
        switch breaker.withLockedValue({ $0.admit(now: .now) }) {
        case .ask: return true
        case .leaveAlone: return false
        case .probe:
            lookUps.submit { state in
                guard case .active = state else { return }
                let connection = MemcachedConnection(self.address, timeout: self.settings.timeout)
                do throws(MemcachedFailure) {
                    _ = try connection.get(Self.probeKey)
                    self.breaker.withLockedValue { $0.probed(true, now: .now) }
                    self.logger.notice("memcached \(self.address) answers again")
                } catch {
                    self.breaker.withLockedValue { $0.probed(false, now: .now) }
                }
            }
            return false
        }
    }
}
