import NIOCore

/// The sites whose pages take far longer to compress than pages do: for a minute, theirs are made with little work.
///
/// How long a page takes is estimated by its bytes and copies, which is right for all but pages that are made to be slow.
/// So processor time is measured as well; one page may be bad luck, the second one within a minute isn't.
struct SlowSites {
    private struct Record {
        var overruns: Int
        var last: NIODeadline
    }

    private var records: [String: Record] = [:]
    private let base, perByte: Duration

    private static let overrunsBeforeFast = 2
    private static let memory = TimeAmount.seconds(60)
    /// Beyond these, the site whose last slow page is longest ago is forgotten.
    private static let mostSites = 256

    /// Sets what a page may take: ordinary ones take a fifth of this even on slow machines.
    init(base: Duration = .milliseconds(5), perByte: Duration = .nanoseconds(100)) {
        (self.base, self.perByte) = (base, perByte)
    }

    /// How much work a page of `site`, asked for only while some site is slow, may be where `wanted` is the most.
    func effort(for site: @autoclosure () -> String, wanted: EncodingEffort, now: NIODeadline) -> EncodingEffort {
        guard !records.isEmpty, let record = records[site()], record.overruns >= Self.overrunsBeforeFast,
            now < record.last + Self.memory
        else { return wanted }
        return .fast
    }

    /// Notes what a page of `site` took; `true` where that was too long.
    mutating func note(
        _ processorTime: Duration, byteCount: Int, site: @autoclosure () -> String, now: NIODeadline
    ) -> Bool {
        guard processorTime > base + perByte * byteCount else { return false }
        let site = site()
        var record = records[site] ?? Record(overruns: 0, last: now)
        if now >= record.last + Self.memory { record.overruns = 0 }
        records[site] = Record(overruns: record.overruns + 1, last: now)
        if records.count > Self.mostSites, let oldest = records.min(by: { $0.value.last < $1.value.last }) {
            records[oldest.key] = nil
        }
        return true
    }
}
