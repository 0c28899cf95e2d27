import CGlibc

/// How the process gets its memory from the system.
package enum MemoryAllocator {
    /// Keeps the memory of pages for the next ones: by default glibc gives blocks of 128 kB and more back at once, and
    /// the next page pays for getting them again, page fault by page fault (a tenth of all processor time).
    package static func keepLargeBlocks() {
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_TRIM_THRESHOLD, 32 << 20)
    }
}
