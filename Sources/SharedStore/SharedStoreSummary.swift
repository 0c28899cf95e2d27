/// How a shared store does, for the statistics.
package struct SharedStoreSummary: Hashable, Sendable, Codable {
    /// One of its servers.
    package struct Server: Hashable, Sendable, Codable {
        package var address: String
        /// `asked`, or `left alone` after a failure.
        package var state: String
        /// Pages that it took.
        package var written: Int
        /// Pages that were too large, that it didn't take, or that came while it was left alone.
        package var notWritten: Int
        /// Why it is left alone.
        package var error: String
    }

    package var servers: [Server]

    /// Of a store without servers, where none are named.
    package init(servers: [Server] = []) { self.servers = servers }
}
