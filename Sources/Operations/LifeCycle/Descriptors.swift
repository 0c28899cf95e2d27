import Foundation

/// How many files and connections the process may have open at once.
package enum Descriptors {
    /// Raises the bound to what the process may have at most: what it begins with is 1,024 on many systems, for the sake
    /// of old programs that can't count further.
    ///
    /// - Returns: The bound from now on.
    @discardableResult package static func raiseLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return self.limit
    }

    /// The bound as it is.
    static var limit: Int {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// How many of them clients may have: the rest is for the link, origins, logs and threads.
    package static func forClients(of limit: Int) -> Int { max(1, limit - max(32, limit / 8)) }
}
