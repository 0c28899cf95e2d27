/// How much a store may hold, and for how long.
package struct PageStoreLimits: Hashable, Sendable {
    /// The most memory to use, in bytes: pages, addresses, indexes and the store's own tables.
    package var memoryBytes: Int
    /// The most versions of one page in one class; the oldest leaves.
    package var versionsPerPage: Int
    /// How long a private page stays after it was last stored.
    package var privateLifetime: Duration

    /// Sets limits; all must be positive, and ``versionsPerPage`` at most 64.
    package init(memoryBytes: Int, versionsPerPage: Int = 4, privateLifetime: Duration = .seconds(600)) {
        precondition(memoryBytes > 0, "memoryBytes \(memoryBytes): must be positive")
        precondition((1...64).contains(versionsPerPage), "versionsPerPage \(versionsPerPage): use 1...64")
        precondition(privateLifetime > .zero, "privateLifetime \(privateLifetime): must be positive")
        self.memoryBytes = memoryBytes
        self.versionsPerPage = versionsPerPage
        self.privateLifetime = privateLifetime
    }
}
