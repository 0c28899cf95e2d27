package import PageStore

extension PurgedPages {
    /// What was forgotten, and what wasn't: lines for people.
    package var words: [String] {
        var lines = ["memory: \(addresses) addresses, \(versions.count) versions"]
        if let filedAddresses { lines.append("store.file: \(filedAddresses) addresses") }
        if let fileFailure { lines.append("store.file: nothing was removed: \(fileFailure)") }
        return lines
    }
}
