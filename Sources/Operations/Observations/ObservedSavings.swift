/// How few bytes gzip makes of pages: measured on some.
struct GzipRatio {
    private var pageBytes = 0, gzipBytes = 0

    var isKnown: Bool { pageBytes > 0 }

    mutating func note(pageBytes: Int, gzipBytes: Int) {
        self.pageBytes += pageBytes
        self.gzipBytes += gzipBytes
    }

    mutating func absorb(_ other: GzipRatio) { note(pageBytes: other.pageBytes, gzipBytes: other.gzipBytes) }

    /// What gzip would make of other pages; `nil` where nothing was measured.
    func scaled(_ bytes: Int) -> Int? {
        isKnown ? Int((Double(bytes) * Double(gzipBytes) / Double(pageBytes)).rounded()) : nil
    }
}

/// What was saved, with the bytes of which isn't known yet what gzip would make of them.
struct ObservedSavings {
    private(set) var savings = Overview.Savings()
    private var unscaledBytes = 0, unscaledLinkBytes = 0

    /// Adds a request; what gzip makes of it by `ratio` where it isn't known better.
    mutating func add(_ request: ObservedRequest, ratio: GzipRatio) {
        savings.requests += 1
        savings.linkBytes += request.linkBytes
        guard request.crossing.isOverLink else { return }
        savings.pageBytes += request.pageBytes
        switch request.gzip {
        case .bytes(let count): savings.gzipBytes += count
        case .asItIs: savings.gzipBytes += request.pageBytes
        case .unknown:
            if let gzipBytes = ratio.scaled(request.pageBytes) {
                savings.gzipBytes += gzipBytes
            } else {
                unscaledBytes += request.pageBytes
                unscaledLinkBytes += min(request.pageBytes, request.linkBytes)
            }
        }
    }

    mutating func absorb(_ other: ObservedSavings) {
        savings += other.savings
        unscaledBytes += other.unscaledBytes
        unscaledLinkBytes += other.unscaledLinkBytes
    }

    /// As it is shown: what came before there was a ratio by this one.
    ///
    /// Without any, gzip counts as if it had sent what crossed the link: nothing that was not measured is said to be saved.
    func shown(by ratio: GzipRatio) -> Overview.Savings {
        var shown = savings
        shown.gzipBytes += ratio.scaled(unscaledBytes) ?? unscaledLinkBytes
        return shown
    }
}

extension Overview.Savings {
    /// Adds up.
    package static func += (sum: inout Self, added: Self) {
        sum.requests += added.requests
        sum.pageBytes += added.pageBytes
        sum.gzipBytes += added.gzipBytes
        sum.linkBytes += added.linkBytes
    }

    /// What came since an earlier time; never less than nothing, though an estimate may have become smaller.
    func since(_ earlier: Self) -> Self {
        Self(
            requests: max(0, requests - earlier.requests), pageBytes: max(0, pageBytes - earlier.pageBytes),
            gzipBytes: max(0, gzipBytes - earlier.gzipBytes), linkBytes: max(0, linkBytes - earlier.linkBytes))
    }
}
