internal import CMemcached
internal import Foundation
internal import Operations

/// Why a memcached didn't do what it was asked.
enum MemcachedFailure: Error {
    case timeout
    /// It can't be talked to; in words.
    case broken(String)
    /// It answers, but has no room or doesn't want it: nothing is wrong with the connection.
    case refused(String)
}

/// One connection to one memcached, through libmemcached.
///
/// Everything blocks, for the time-out at most, but for the look-up of a name.
/// One thread at a time. After a ``MemcachedFailure/timeout`` or ``MemcachedFailure/broken(_:)`` it is of no use any more.
@safe final class MemcachedConnection {
    private let handle: UnsafeMutablePointer<memcached_st>

    /// Prepares a connection, which is opened at its first use.
    init(_ server: MemcachedSettings.Server, timeout: Duration) {
        guard let handle = unsafe memcached_create(nil) else { fatalError("no memory") }
        unsafe self.handle = handle
        let milliseconds = UInt64(max(1, timeout / .milliseconds(1)))
        for (behavior, value) in [
            (MEMCACHED_BEHAVIOR_NO_BLOCK, 1), (MEMCACHED_BEHAVIOR_TCP_NODELAY, 1),
            (MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, milliseconds), (MEMCACHED_BEHAVIOR_POLL_TIMEOUT, milliseconds),
            (MEMCACHED_BEHAVIOR_SND_TIMEOUT, milliseconds * 1000),
            (MEMCACHED_BEHAVIOR_RCV_TIMEOUT, milliseconds * 1000), (MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0),
        ] { _ = unsafe memcached_behavior_set(handle, behavior, value) }
        _ = unsafe handle.add(server)
    }

    deinit { unsafe memcached_free(handle) }

    /// The item of this name; `nil` where there is none.
    func get(_ key: String) throws(MemcachedFailure) -> [UInt8]? {
        var (byteCount, flags, status) = (0, UInt32(0), MEMCACHED_FAILURE)
        let value = unsafe memcached_get(handle, key, key.utf8.count, &byteCount, &flags, &status)
        defer { unsafe free(value) }
        if status == MEMCACHED_NOTFOUND { return nil }
        try check(status)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : byteCount))
    }

    /// Stores an item for a time.
    func set(_ key: String, _ item: [UInt8], seconds: Int) throws(MemcachedFailure) {
        try check(
            unsafe item.withUnsafeBytes {
                unsafe memcached_set(
                    handle, key, key.utf8.count, $0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, seconds,
                    0)
            })
    }

    /// Removes an item, if it is there.
    func delete(_ key: String) throws(MemcachedFailure) {
        let status = unsafe memcached_delete(handle, key, key.utf8.count, 0)
        if status != MEMCACHED_NOTFOUND { try check(status) }
    }

    private func check(_ status: memcached_return_t) throws(MemcachedFailure) {
        switch status {
        case MEMCACHED_SUCCESS: return
        case MEMCACHED_TIMEOUT: throw .timeout
        case MEMCACHED_E2BIG, MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE, MEMCACHED_SERVER_ERROR, MEMCACHED_NOTSTORED:
            throw .refused(unsafe String(cString: memcached_strerror(handle, status)))
        default: throw .broken(unsafe String(cString: memcached_strerror(handle, status)))
        }
    }
}

extension UnsafeMutablePointer<memcached_st> {
    /// Adds a server.
    func add(_ server: MemcachedSettings.Server) -> memcached_return_t {
        switch server {
        case .host(let address): unsafe memcached_server_add(self, address.host, in_port_t(address.port))
        case .socket(let path): unsafe memcached_server_add_unix_socket(self, path)
        }
    }
}
