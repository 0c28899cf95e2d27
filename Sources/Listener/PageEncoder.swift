import DeltaEngine
import Exchange
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import PageStore
import Synchronization

/// A page that is ready for the link.
struct EncodedPage: Sendable {
    let delta: [UInt8]
    /// The place of the base in the request's offers.
    let base: Int?
    /// The page's version where both ends are to keep it as a base.
    let kept: PageVersion?
    let bytes: [UInt8]
    /// How much work it was allowed to be.
    let effort: EncodingEffort
    /// How much it was.
    let processorTime: Duration
}

/// A version that the sender offered, and that is held here.
struct OfferedBase: Sendable {
    /// Its place in the request's offers.
    let place: Int
    let page: StoredPage
}

extension PageStore {
    /// The first of the offered versions, best first, that is held for this very address and class: a page of another is no
    /// base.
    func firstHeld(of offers: [UInt64], key: PageKey, owner: PageOwner) -> OfferedBase? {
        for (place, prefix) in offers.enumerated() {
            if let page = page(prefix: prefix, key: key, owner: owner) { return OfferedBase(place: place, page: page) }
        }
        return nil
    }
}

/// Makes deltas of pages; keeps its working memory.
///
/// One thread at a time.
final class PageEncoder {
    private var encoder: DeltaEncoder
    private let store: any PageStore

    /// What making one delta may take, in microseconds; the level follows from it.
    private static func budget(_ effort: EncodingEffort) -> Int { effort == .thorough ? 1000 : 200 }

    init(store: any PageStore) throws(DeltaError) {
        encoder = try DeltaEncoder()
        self.store = store
    }

    /// Makes the delta of a page against a base; without one, compresses all of it.
    ///
    /// - Returns: The delta, and what the sender has to know of it.
    /// - Throws: ``DeltaEngine/DeltaError/outOfMemory``.
    func encode(
        _ bytes: [UInt8], against base: OfferedBase?, effort: EncodingEffort = .thorough
    ) throws(DeltaError) -> EncodedPage {
        let began = ProcessorTime.ofThread
        guard let base else {
            let delta = try encoder.encode(
                bytes.span, against: nil, level: effort == .fast ? .fast : .auto, microseconds: Self.budget(effort))
            return EncodedPage(
                delta: delta, base: nil, kept: PageVersion(of: bytes.span), bytes: bytes, effort: effort,
                processorTime: ProcessorTime.ofThread - began)
        }
        let delta = try encoder.encode(
            bytes.span, against: try store.base(of: base.page), level: effort == .fast ? .fast : .auto,
            microseconds: Self.budget(effort), smallest: .balanced)
        // With less effort a delta is longer, whatever its base is like; a new base would cost time, too.
        let isOutdated =
            effort == .thorough ? base.page.isOutdated(byDeltaOf: delta.count) : 2 * delta.count > bytes.count
        let kept = isOutdated ? PageVersion(of: bytes.span) : nil
        return EncodedPage(
            delta: delta, base: base.place, kept: kept, bytes: bytes, effort: effort,
            processorTime: ProcessorTime.ofThread - began)
    }
}

/// Encoders on threads of their own, for pages that would hold an event loop for too long.
final class EncoderThreads: Sendable {
    private let threads: NIOThreadPool
    private let store: any PageStore
    private let idle = NIOLockedValueBox<[Held]>([])
    private let waiting = Atomic<Int>(0)
    /// The most pages that wait: with these, a page waits for about 50 ms.
    private static let maxWaiting = 32

    private struct Held: @unchecked Sendable {  // taken by one thread at a time
        let encoder: PageEncoder
    }

    init(threadCount: Int, store: any PageStore) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        self.store = store
        threads.start()
    }

    /// Encodes a page, and says `then` on the event loop; `false` where too many wait already, and nothing follows.
    func encode(
        _ bytes: [UInt8], against base: OfferedBase?, effort: EncodingEffort = .thorough, on eventLoop: any EventLoop,
        then: @escaping @Sendable (Result<EncodedPage, DeltaError>) -> Void
    ) -> Bool {
        guard waiting.add(1, ordering: .relaxed).oldValue < Self.maxWaiting else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        threads.submit { state in
            guard case .active = state else { return }
            let result = self.encode(bytes, against: base, effort: effort)
            self.waiting.subtract(1, ordering: .relaxed)
            eventLoop.execute { then(result) }
        }
        return true
    }

    private func encode(
        _ bytes: [UInt8], against base: OfferedBase?, effort: EncodingEffort
    ) -> Result<EncodedPage, DeltaError> {
        do throws(DeltaError) {
            let held: Held
            if let free = idle.withLockedValue({ $0.popLast() }) {
                held = free
            } else {
                held = Held(encoder: try PageEncoder(store: store))
            }
            defer { idle.withLockedValue { $0.append(held) } }
            return .success(try held.encoder.encode(bytes, against: base, effort: effort))
        } catch {
            return .failure(error)
        }
    }

    /// How many pages wait, as a share of those that may.
    var queueShare: Double { Double(waiting.load(ordering: .relaxed)) / Double(Self.maxWaiting) }

    func stop() { threads.shutdownGracefully { _ in } }
}
