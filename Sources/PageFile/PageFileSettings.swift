package import Operations
package import PageStore

/// Where pages are kept over a restart, and how many.
package struct PageFileSettings: Hashable, Sendable {
    /// The database; `-wal` and `-shm` files lie beside it while it is open.
    package var path: String
    /// The most bytes that the database may take, without what waits in its log.
    package var byteLimit: Int
    /// Whether pages of single users are written too.
    package var keepsPrivate: Bool
    /// The name of the rules by which pages belong to classes: what was kept by others is forgotten.
    package var classRules: String
    /// How long those stay, as in memory.
    package var privateLifetime: Duration
    /// How long what happened waits for more, to be written with it.
    package var batchDelay: Duration
    /// How often uses are written, what is over is forgotten, and a file that failed is tried again.
    package var upkeepInterval: Duration

    /// Sets all of it.
    package init(
        path: String, byteLimit: Int, keepsPrivate: Bool = false, classRules: String = "",
        privateLifetime: Duration = .seconds(600),
        batchDelay: Duration = .milliseconds(250), upkeepInterval: Duration = .seconds(10)
    ) {
        (self.path, self.byteLimit, self.keepsPrivate) = (path, byteLimit, keepsPrivate)
        self.classRules = classRules
        (self.privateLifetime, self.batchDelay, self.upkeepInterval) = (privateLifetime, batchDelay, upkeepInterval)
    }

    /// What the configuration says; `nil` where it names no file.
    package init?(_ pages: PageSettings, limits: PageStoreLimits) {
        guard let path = pages.file else { return nil }
        self.init(
            path: path, byteLimit: pages.fileBytes, keepsPrivate: pages.keepsPrivate,
            classRules: pages.classRules,
            privateLifetime: limits.privateLifetime)
    }

    /// The most bytes of pages that wait to be written, and so what one transaction holds.
    var queueBytes: Int { min(16 << 20, byteLimit / 4) }
}
