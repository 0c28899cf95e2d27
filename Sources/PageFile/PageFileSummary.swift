/// How a page file does, for the statistics.
package struct PageFileSummary: Hashable, Sendable, Codable {
    /// `opening`, `loading`, `open`, `closed`, or `off:` and why.
    package var state = "opening"
    /// What it takes, as far as known.
    package var bytes = 0
    /// Pages that were brought into memory.
    package var loaded = 0
    /// Versions that were written.
    package var written = 0
    /// Versions that could not be written in time, or at all.
    package var dropped = 0
    /// Pages whose bytes were not what their hash says.
    package var damagedPages = 0
    /// Files that were put aside.
    package var damagedFiles = 0
    /// How often the file could not be used.
    package var failures = 0
}
