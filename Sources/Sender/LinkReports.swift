import NIOConcurrencyHelpers

/// What the log said of each listener since it was reached last: the event loops lose their lanes to it one by one, and try
/// again and again, but each reason is to be read once.
///
/// Safe to use from any thread.
final class LinkReports: Sendable {
    private struct Listener: Hashable {
        let group: String
        let address: String
    }

    private let said = NIOLockedValueBox<[Listener: Set<String>]>([:])

    /// A peer that says something else each time shall fill neither the memory nor the log.
    static let mostWords = 16

    /// Whether the log hasn't said yet that there is no link, with these words.
    func isNews(_ words: String, _ group: String, _ address: String) -> Bool {
        said.withLockedValue { said in
            let listener = Listener(group: group, address: address)
            return said[listener, default: []].count < Self.mostWords
                && said[listener, default: []].insert(words).inserted
        }
    }

    /// A lane is up: the next loss is news.
    func opened(_ group: String, _ address: String) {
        said.withLockedValue { $0[Listener(group: group, address: address)] = nil }
    }
}
