import CGlibc
import Foundation

/// Measures how much memory work needs, by the pages of this process that are really in use.
enum ResidentMemory {
    /// Makes the allocator keep what is freed until it's told otherwise, so that what was needed can still be counted
    /// afterwards; to be called before any of the work.
    static func prepare() {
        #if canImport(Glibc)
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, Int32.max)
        #endif
    }

    /// The most bytes that `body` has in use at a time beside what was there before; `nil` where the system can't tell.
    static func growth(during body: () throws -> Void) rethrows -> Int? {
        #if canImport(Glibc)
        malloc_trim(0)
        #endif
        let before = residentBytes()
        try body()
        guard let before, let after = residentBytes() else { return nil }
        return max(0, after - before)
    }

    /// Read from the page tables: what `/proc/self/status` tells lags behind by some 100 kB.
    private static func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/smaps_rollup", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Rss:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kibibytes * 1024
    }
}
