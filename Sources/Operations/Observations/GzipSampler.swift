import Exchange
import NIOCore
import NIOPosix
import Synchronization

/// Compresses some pages with gzip, on a thread of its own, to know what gzip would have taken for all.
///
/// However many pages there are: ten a second and a few more, which is a hundredth of a processor.
final class GzipSampler: Sendable {
    /// Of a longer page this much tells enough.
    static let mostBytes = 256 * 1024
    private static let pause = TimeAmount.milliseconds(100)
    private static let mostWaiting = 16

    private let waiting = Atomic<Int>(0)
    private let next = Atomic<UInt64>(0)

    /// Compresses a page, and says on the event loop how many bytes became how few.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - isFirst: Whether nothing is known of its site: then it doesn't wait for its turn.
    ///   - eventLoop: Where `then` runs.
    ///   - then: Gets what was compressed, and its length as gzip.
    /// - Returns: Whether it will be.
    func sample(
        _ page: [UInt8], isFirst: Bool, on eventLoop: any EventLoop,
        then: @escaping @Sendable (_ pageBytes: Int, _ gzipBytes: Int) -> Void
    ) -> Bool {
        let now = NIODeadline.now()
        guard isFirst || now.uptimeNanoseconds >= next.load(ordering: .relaxed) else { return false }
        guard waiting.add(1, ordering: .relaxed).oldValue < Self.mostWaiting else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        next.store((now + Self.pause).uptimeNanoseconds, ordering: .relaxed)
        NIOThreadPool.singleton.submit { [self] state in
            defer { waiting.subtract(1, ordering: .relaxed) }
            guard case .active = state else { return }
            let sample = page.count > Self.mostBytes ? Array(page.prefix(Self.mostBytes)) : page
            let gzipBytes = GzipEncoder.encode(sample)?.count ?? sample.count
            eventLoop.execute { then(sample.count, gzipBytes) }
        }
        return true
    }
}
