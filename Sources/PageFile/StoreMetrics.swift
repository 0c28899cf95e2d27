import Operations
import PageStore

extension PageStoreSummary {
    /// What Prometheus is told.
    var metrics: [Metric] {
        [
            .gauge("railgun_store_pages", "Addresses in the store, once for each class of visitors.", pages),
            .gauge("railgun_store_versions", "Versions of pages in the store.", versions),
            .gauge("railgun_store_page_bytes", "Bytes of those versions.", bytes),
            .gauge("railgun_store_index_bytes", "Memory of their indexes.", indexBytes),
            .gauge("railgun_store_memory_bytes", "All memory of the store.", memoryBytes),
            .gauge("railgun_store_limit_bytes", "As much memory the store may have: store.size.", limitBytes),
            .counter(
                "railgun_store_lookups_total", "Look-ups in the store.",
                [.init([("result", "hit")], hits), .init([("result", "miss")], misses)]),
            .counter(
                "railgun_store_evictions_total", "What left the store for want of room.",
                [.init([("what", "version")], evictions), .init([("what", "index")], indexEvictions)]),
            .counter(
                "railgun_store_expirations_total", "Private versions that left because their time was over.",
                expirations),
        ]
    }
}

extension PageFileSummary {
    /// What Prometheus is told.
    var metrics: [Metric] {
        [
            .gauge(
                "railgun_store_file_up", "1 while the file of store.file is in use; 0 also while it is being read.",
                state == "open" ? 1 : 0),
            .gauge("railgun_store_file_bytes", "What the file takes.", bytes),
            .counter("railgun_store_file_loaded_total", "Pages that came back from the file.", loaded),
            .counter("railgun_store_file_written_total", "Versions that were written.", written),
            .counter("railgun_store_file_dropped_total", "Versions that could not be written.", dropped),
            .counter(
                "railgun_store_file_damaged_total", "Pages and files that were damaged.",
                [.init([("what", "page")], damagedPages), .init([("what", "file")], damagedFiles)]),
            .counter("railgun_store_file_failures_total", "How often the file could not be used.", failures),
        ]
    }
}
