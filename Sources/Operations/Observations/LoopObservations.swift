import NIOCore

/// What one event loop sees, for the dashboard; used on that loop only, as ``LoopStatistics`` is.
package final class LoopObservations {
    private(set) var observed = Observed()
    private let eventLoop: any EventLoop
    private let sampler: GzipSampler
    private let sources: PageSources
    /// The next page's; those of other loops lie between.
    private var nextID: Int
    private let loopCount: Int

    init(eventLoop: any EventLoop, number: Int, of loopCount: Int, sampler: GzipSampler, sources: PageSources) {
        (self.eventLoop, self.sampler, self.sources) = (eventLoop, sampler, sources)
        (nextID, self.loopCount) = (number + 1, loopCount)
    }

    /// Whether pages shall come with their ``ObservedRequest/source``.
    package var isWatched: Bool { sources.isWatched() }

    /// The source of a page whose request is still under way.
    ///
    /// It is not kept where a purge, or a reload, comes before the request's end.
    package func source(address: String, base: [UInt8]?, bytes: [UInt8]) -> PageSource {
        sources.marked(PageSource(address: address, base: base, bytes: bytes))
    }

    /// Notes a request that is over.
    package func finished(_ request: ObservedRequest) {
        observed.note(request, id: nextID)
        if let source = request.source { sources.keep(source, id: nextID) }
        nextID += loopCount
    }

    /// Notes something that went wrong.
    package func failed(_ failure: ObservedFailure) { observed.note(failure) }

    /// Has one page in many compressed, on another thread: then it is known what gzip would make of the others.
    package func sample(_ page: [UInt8], of site: String) {
        observed.notePage(of: site) { isFirst in
            let isolated = NIOLoopBound(self, eventLoop: eventLoop)
            return sampler.sample(page, isFirst: isFirst, on: eventLoop) { pageBytes, gzipBytes in
                isolated.value.observed.noteSample(of: site, pageBytes: pageBytes, gzipBytes: gzipBytes)
            }
        }
    }

    func forget(where matches: (String) -> Bool) { observed.forget(where: matches) }
}
