internal import CMemcached
internal import NIOConcurrencyHelpers
internal import Operations

/// Which of several servers has an item, so that each listener asks the same one, and few items move where a server is
/// added or removed: consistent hashing, as libmemcached and others do it (ketama).
///
/// Safe to use from any thread.
@safe final class ServerRing: @unchecked Sendable {  // the handle is used under the lock
    private let handle: UnsafeMutablePointer<memcached_st>
    private let lock = NIOLock()

    /// Makes the ring; it never connects to any of them.
    init(_ servers: [MemcachedSettings.Server]) {
        guard let handle = unsafe memcached_create(nil) else { fatalError("no memory") }
        unsafe self.handle = handle
        _ = unsafe memcached_behavior_set(handle, MEMCACHED_BEHAVIOR_KETAMA, 1)
        for server in servers { _ = unsafe handle.add(server) }
    }

    deinit { unsafe memcached_free(handle) }

    /// The place of the server in the order that they were named in; about 1 µs.
    func place(of key: String) -> Int {
        lock.withLock { unsafe Int(memcached_generate_hash(handle, key, key.utf8.count)) }
    }
}
