internal import DeltaEngine
internal import Foundation
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import PageStore

/// The thread of a page file at work: opens, loads, writes, and tries again after a failure; confined to its event loop.
final class PageFileWriter {
    private static let pagesAtATime = 16

    private var settings: PageFileSettings
    private let memory: MemoryPageStore
    private let pending: NIOLockedValueBox<PendingChanges>
    private let figures: NIOLockedValueBox<PageFileSummary>
    private let logger: Logger
    private let eventLoop: any EventLoop
    private var database: PageDatabase?
    /// What is still to be loaded, the next at the end; `nil` before the first look.
    private var unloaded: [Int64]?
    private var flush: Scheduled<Void>?
    private var upkeep: RepeatedTask?
    /// What the log said since pages were written last, so that it says each thing once.
    private var said: Set<String> = []
    private var isClosed = false
    /// Whether another process with other rules has the file for good.
    private var isTaken = false

    init(
        _ settings: PageFileSettings, memory: MemoryPageStore, pending: NIOLockedValueBox<PendingChanges>,
        figures: NIOLockedValueBox<PageFileSummary>, logger: Logger, eventLoop: any EventLoop
    ) {
        (self.settings, self.memory, self.pending, self.figures) = (settings, memory, pending, figures)
        (self.logger, self.eventLoop) = (logger, eventLoop)
    }

    func start() {
        open()
        let interval = TimeAmount(settings.upkeepInterval)
        upkeep = schedule { loop, work in
            loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in work() }
        } body: {
            $0.keepUp()
        }
    }

    func scheduleFlush() {
        guard !isClosed, flush == nil else { return }
        flush = schedule { [delay = TimeAmount(settings.batchDelay)] loop, work in
            loop.scheduleTask(in: delay, work)
        } body: {
            $0.flush = nil
            $0.write()
        }
    }

    /// Writes what waits, and lets go of the file.
    func close() {
        guard !isClosed else { return }
        pending.withLockedValue { $0.isOpen = false }
        write()
        isClosed = true
        flush?.cancel()
        upkeep?.cancel()
        database?.close()
        database = nil
        figures.withLockedValue { $0.state = "closed" }
    }

    private func schedule<Task>(
        _ schedule: (any EventLoop, @escaping @Sendable () -> Void) -> Task,
        body: @escaping @Sendable (PageFileWriter) -> Void
    ) -> Task {
        let isolated = NIOLoopBound(self, eventLoop: eventLoop)
        return schedule(eventLoop) { body(isolated.value) }
    }

    // MARK: the file

    private func open() {
        do {
            database = try PageDatabase(settings)
        } catch {
            let failure = PageFileFailure(error)
            guard failure.kind == .damaged, putAside() else { return fail(failure) }
            do { database = try PageDatabase(settings) } catch { return fail(PageFileFailure(error)) }
        }
        pending.withLockedValue { $0.isOpen = true }
        figures.withLockedValue { $0.state = "loading" }
        attempt { database in
            if unloaded == nil {
                // Smaller pages than these are not kept.
                let limit = memory.byteLimit / 512
                unloaded = Array(try database.order(limit: limit, now: Self.now).prefix(limit).reversed())
            }
            load()
        }
    }

    /// Puts a damaged file where a person may look at it; returns whether there is room for a new one.
    private func putAside() -> Bool {
        let (path, aside) = (settings.path, settings.path + ".damaged")
        guard unsafe rename(path, aside) == 0 else { return false }
        for suffix in ["-wal", "-shm"] { _ = unsafe unlink(path + suffix) }
        figures.withLockedValue { $0.damagedFiles += 1 }
        logger.error("store.file = \(path): it was damaged, and is now \(aside); a new one is begun")
        return true
    }

    /// Does something with the database, where there is one; what fails ends its use for a while.
    private func attempt(_ body: (PageDatabase) throws -> Void) {
        guard let database else { return }
        do { try body(database) } catch {
            let failure = PageFileFailure(error)
            database.close()
            self.database = nil
            guard failure.kind == .damaged, putAside() else { return fail(failure) }
            unloaded = []
            // The new one is begun with the next upkeep, and not at once: the disk itself may be what damages it.
            figures.withLockedValue { $0.state = "off: it was damaged" }
        }
    }

    private func fail(_ failure: PageFileFailure) {
        pending.withLockedValue {
            $0.isOpen = false
            $0.drop()
        }
        figures.withLockedValue {
            $0.state = "off: \(failure.message)"
            $0.failures += 1
        }
        if failure.kind == .taken {
            isTaken = true
            return logger.notice("store.file = \(settings.path): \(failure.message)")
        }
        guard said.insert(failure.message).inserted else { return }
        logger.error(
            "store.file = \(settings.path): \(failure.message); until then pages are kept in memory only, and lost with a restart"
        )
    }

    // MARK: loading

    /// Loads a few pages; what is to be written gets between.
    private func load() {
        attempt { database in
            for _ in 0..<Self.pagesAtATime {
                guard let id = unloaded?.popLast() else { return figures.withLockedValue { $0.state = "open" } }
                guard let page = try database.page(id) else { continue }
                if try !restore(page, database) { unloaded = [] }
            }
            schedule { loop, work in
                loop.execute(work)
            } body: {
                $0.load()
            }
        }
    }

    /// Checks a page and puts it into memory; `false` where that is full.
    private func restore(_ page: PageDatabase.FiledPage, _ database: PageDatabase) throws -> Bool {
        guard PageVersion(of: page.bytes.span) == page.version else {
            try database.remove(page.version)
            figures.withLockedValue { $0.damagedPages += 1 }
            return true
        }
        let now = Self.now
        for item in page.items {
            if let expiry = item.expiry, expiry <= now { continue }
            let hasRoom = memory.restore(
                page.bytes, version: page.version, key: PageKey(address: item.address), owner: item.owner,
                remaining: item.expiry.map { .milliseconds($0 - now) } ?? .zero)
            guard hasRoom else { return false }
        }
        figures.withLockedValue { $0.loaded += 1 }
        return true
    }

    // MARK: writing

    private func write() {
        attempt { database in
            let (changes, uses) = pending.withLockedValue { $0.take() }
            do {
                try database.write(changes, uses: uses, now: Self.now)
                let bytes = try database.usedBytes()
                figures.withLockedValue {
                    $0.bytes = bytes
                    for case .insert in changes { $0.written += 1 }
                }
            } catch {
                pending.withLockedValue { $0.drop(changes) }
                throw error
            }
            // Not sooner: a file on a full disk can be opened.
            guard !said.isEmpty, !changes.isEmpty else { return }
            said = []
            logger.notice("store.file = \(settings.path): pages are written again")
        }
    }

    /// Writes what waits, then removes what some addresses have.
    func purge(where matches: (String) -> Bool, noting purged: inout PurgedPages) {
        write()  // what waits may be of these addresses
        var filed = 0
        attempt { filed = try $0.purge(where: matches) }
        if database == nil {
            purged.fileFailure = "\(settings.path) is \(figures.withLockedValue { $0.state }): remove it, or try again"
        } else {
            purged.filedAddresses = filed
        }
    }

    /// Goes on by other rules of classes.
    func adopt(rules: String) {
        write()  // what waits was kept by the old ones
        settings.classRules = rules
        attempt { try $0.rename(rules: rules) }
        database?.rules = rules
    }

    private func keepUp() {
        guard !isTaken else { return }
        if database == nil { open() } else { write() }
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
