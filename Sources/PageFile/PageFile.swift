package import DeltaEngine
internal import Foundation
package import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
package import PageStore

/// A page store in memory that comes back after a restart: what is stored is written to a file, by a thread of its own.
///
/// Nothing waits for the file. Where it can't be opened, read or written, memory goes on alone.
package final class PageFile: PageStore {
    private let memory: MemoryPageStore
    private let settings: PageFileSettings
    private let pending = NIOLockedValueBox(PendingChanges())
    private let figures = NIOLockedValueBox(PageFileSummary())
    private let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let writer: NIOLoopBoundBox<PageFileWriter>

    /// Describes the file, which ``open()`` opens.
    ///
    /// - Parameters:
    ///   - memory: What holds the pages.
    ///   - settings: Where the file is.
    ///   - logger: For what fails: once.
    package init(_ memory: MemoryPageStore, settings: PageFileSettings, logger: Logger) {
        (self.memory, self.settings) = (memory, settings)
        let loop = threads.next()
        writer = .makeBoxSendingValue(
            PageFileWriter(
                settings, memory: memory, pending: pending, figures: figures, logger: logger, eventLoop: loop),
            eventLoop: loop)
    }

    /// Opens the file in the background, and brings its pages into memory, the most recently used ones first.
    package func open() { writer.eventLoop.execute { [writer] in writer.value.start() } }

    /// How the file does.
    package var fileSummary: PageFileSummary {
        var summary = figures.withLockedValue { $0 }
        summary.dropped = pending.withLockedValue { $0.dropped }
        return summary
    }

    /// Writes what waits, and lets go of the file; memory goes on.
    ///
    /// - Parameter limit: The most time to wait for the disk.
    package func close(within limit: Duration = .seconds(5)) async {
        pending.withLockedValue { $0.isOpen = false }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        writer.eventLoop.execute { [writer] in
            writer.value.close()
            end.yield()
        }
        let waiting = Task {
            try? await Task.sleep(for: limit)
            end.yield()
        }
        _ = await ends.first { _ in true }
        waiting.cancel()
        threads.shutdownGracefully { _ in }
    }

    private func add(_ change: PageChange) {
        guard pending.withLockedValue({ $0.add(change, byteLimit: settings.queueBytes) }) else { return }
        writer.eventLoop.execute { [writer] in writer.value.scheduleFlush() }
    }

    // MARK: the store

    package func offers(for key: PageKey, owner: PageOwner, limit: Int) -> [StoredPage] {
        let found = memory.offers(for: key, owner: owner, limit: limit)
        if !found.isEmpty { pending.withLockedValue { for page in found { $0.noteUse(page.version) } } }
        return found
    }

    package func page(prefix: UInt64, key: PageKey, owner: PageOwner) -> StoredPage? {
        let found = memory.page(prefix: prefix, key: key, owner: owner)
        if let found { pending.withLockedValue { $0.noteUse(found.version) } }
        return found
    }

    package func holds(prefix: UInt64, key: PageKey, owner: PageOwner) -> Bool {
        memory.holds(prefix: prefix, key: key, owner: owner)
    }

    package func insert(_ bytes: [UInt8], version: PageVersion, key: PageKey, owner: PageOwner) {
        memory.insert(bytes, version: version, key: key, owner: owner)
        guard owner == .shared || settings.keepsPrivate else { return }
        let expiry =
            owner == .shared
            ? nil : Int64((Date().timeIntervalSince1970 + settings.privateLifetime / .seconds(1)) * 1000)
        add(
            .insert(
                bytes: bytes, version: version, item: FiledItem(address: key.address, owner: owner, expiry: expiry)))
    }

    package func remove(_ version: PageVersion) {
        memory.remove(version)
        add(.remove(version))
    }

    package func purge(where matches: @escaping @Sendable (String) -> Bool) async -> PurgedPages {
        let purged = memory.purge(where: matches)
        return await withCheckedContinuation { done in
            writer.eventLoop.execute { [writer, memory] in
                var purged = purged
                writer.value.purge(where: matches, noting: &purged)
                // What was on its way from the file into memory.
                purged.versions.formUnion(memory.purge(where: matches).versions)
                done.resume(returning: purged)
            }
        }
    }

    /// Names the file after other rules of classes, once nothing is kept by the old ones any more.
    ///
    /// While they change, name it after none: if the process ends meanwhile, the file is emptied at the next start.
    package func adopt(rules: String) async {
        await withCheckedContinuation { done in
            writer.eventLoop.execute { [writer] in
                writer.value.adopt(rules: rules)
                done.resume()
            }
        }
    }

    package func base(of page: StoredPage) throws(DeltaError) -> DeltaBase { try memory.base(of: page) }

    package func update(_ limits: PageStoreLimits) { memory.update(limits) }

    package func shrink(toBytes byteCount: Int) { memory.shrink(toBytes: byteCount) }

    package func expire() { memory.expire() }

    package var summary: PageStoreSummary { memory.summary }

    package var distribution: StoreDistribution { memory.distribution }

    package func contents(limit: Int, showsPrivate: Bool) -> [StoredAddress] {
        memory.contents(limit: limit, showsPrivate: showsPrivate)
    }
}
