import DeltaEngine
import Exchange
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import PageStore

/// A page that was rebuilt, and is what the listener had.
struct RebuiltPage: Sendable {
    let bytes: [UInt8]
    /// Its version where it is to be kept as a base.
    let kept: PageVersion?
    /// The page as gzip, where the client shall get it so.
    let gzip: [UInt8]?
}

/// Why a page could not be rebuilt: damage on one of the ends, or a listener that lies.
struct RebuildFailure: Error {
    let message: String

    static let wrongPage = Self(message: "the rebuilt page is not the one that the listener had")
}

/// What a page is rebuilt from.
struct RebuildJob: Sendable {
    let delta: ByteBuffer
    let base: StoredPage?
    let transfer: PageTransfer
    let key: PageCheckKey
    let stream: UInt32
    /// Whether the client is to get it as gzip.
    let compresses: Bool
}

/// Rebuilds pages; keeps its working memory.
///
/// One thread at a time.
final class PageRebuilder {
    private var decoder: DeltaDecoder
    private let maxPageBytes: Int

    init(maxPageBytes: Int) {
        self.maxPageBytes = maxPageBytes
        decoder = DeltaDecoder(outputLimit: maxPageBytes)
    }

    /// Rebuilds a page, and checks that it is the right one.
    func rebuild(_ job: RebuildJob) -> Result<RebuiltPage, RebuildFailure> {
        // Where this runs was chosen by the announced length: no more is made, whatever the delta says.
        decoder.outputLimit = min(maxPageBytes, job.transfer.pageBytes)
        do throws(DeltaError) {
            let bytes = try decode(job.delta, base: job.base)
            let version: PageVersion?
            let check: PageCheck
            if job.transfer.isKept {
                let computed = PageVersion(of: bytes.span)
                (version, check) = (computed, PageCheck(computed.leadingWords))
            } else {
                (version, check) = (nil, job.key.check(of: bytes, stream: job.stream))
            }
            guard bytes.count == job.transfer.pageBytes, check == job.transfer.check else {
                return .failure(.wrongPage)
            }
            let gzip = job.compresses ? GzipEncoder.encode(bytes) : nil
            return .success(RebuiltPage(bytes: bytes, kept: version, gzip: gzip))
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
    private let idle = NIOLockedValueBox<[Held]>([])

    private struct Held: @unchecked Sendable {  // taken by one thread at a time
        let rebuilder: PageRebuilder
    }

    init(threadCount: Int, maxPageBytes: Int) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        self.maxPageBytes = maxPageBytes
        threads.start()
    }

    func rebuild(
        _ job: RebuildJob, on eventLoop: any EventLoop,
        then: @escaping @Sendable (Result<RebuiltPage, RebuildFailure>) -> Void
    ) {
        threads.submit { state in
            guard case .active = state else { return }
            let held =
                self.idle.withLockedValue { $0.popLast() }
                ?? Held(rebuilder: PageRebuilder(maxPageBytes: self.maxPageBytes))
            let result = held.rebuilder.rebuild(job)
            self.idle.withLockedValue { $0.append(held) }
            eventLoop.execute { then(result) }
        }
    }

    func stop() { threads.shutdownGracefully { _ in } }
}
