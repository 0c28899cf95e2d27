import DeltaEngine
import Exchange
import NIOCore
import NIOPosix
import PageStore
import Synchronization

/// A page that was rebuilt, and is what the listener had.
struct RebuiltPage: Sendable {
    let bytes: [UInt8]
    let version: PageVersion
}

/// Why a page could not be rebuilt: damage on one of the ends, or a listener that lies.
struct RebuildFailure: Error {
    let message: String
}

/// Rebuilds pages; keeps its working memory. One thread at a time.
final class PageRebuilder {
    private var decoder: DeltaDecoder

    init(maxPageBytes: Int) { decoder = DeltaDecoder(outputLimit: maxPageBytes) }

    /// Rebuilds a page, and checks that it is the right one.
    func rebuild(_ delta: ByteBuffer, base: StoredPage?, transfer: PageTransfer) -> Result<RebuiltPage, RebuildFailure> {
        do throws(DeltaError) {
            let bytes = try decode(delta, base: base)
            let version = PageVersion(of: bytes.span)
            let (high, low) = version.leadingWords
            guard bytes.count == transfer.pageBytes, transfer.check == PageCheck(high: high, low: low) else {
                return .failure(RebuildFailure(message: "the rebuilt page is not the one that the listener had"))
            }
            return .success(RebuiltPage(bytes: bytes, version: version))
        } catch {
            return .failure(RebuildFailure(message: error.description))
        }
    }

    private func decode(_ delta: ByteBuffer, base: StoredPage?) throws(DeltaError) -> [UInt8] {
        let coded = delta.readableBytesUInt8Span
        guard let page = base?.bytes else { return try decoder.decode(coded, base: nil, expecting: nil) }
        return try decoder.decode(coded, base: page.span, expecting: nil)
    }
}

/// Rebuilders on threads of their own, for pages that would hold an event loop for too long.
final class RebuilderThreads: Sendable {
    private let threads: NIOThreadPool
    private let maxPageBytes: Int
    private let idle = Mutex<[Held]>([])

    private struct Held: @unchecked Sendable {  // taken by one thread at a time
        let rebuilder: PageRebuilder
    }

    init(threadCount: Int, maxPageBytes: Int) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        self.maxPageBytes = maxPageBytes
        threads.start()
    }

    func rebuild(
        _ delta: ByteBuffer, base: StoredPage?, transfer: PageTransfer, on eventLoop: any EventLoop,
        then: @escaping @Sendable (Result<RebuiltPage, RebuildFailure>) -> Void
    ) {
        threads.submit { state in
            guard case .active = state else { return }
            let held = self.idle.withLock { $0.popLast() } ?? Held(rebuilder: PageRebuilder(maxPageBytes: self.maxPageBytes))
            let result = held.rebuilder.rebuild(delta, base: base, transfer: transfer)
            self.idle.withLock { $0.append(held) }
            eventLoop.execute { then(result) }
        }
    }

    func stop() { threads.shutdownGracefully { _ in } }
}
