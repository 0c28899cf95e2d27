import Glibc
import NIOConcurrencyHelpers
package import NIOCore
package import NIOPosix

/// Looks names up on threads of its own, as `getaddrinfo` blocks for as long as name servers are silent.
///
/// NIO has one thread for that at a time, for all connections of an event loop: a name that nobody answers for would hold up
/// each other one, and addresses too. Here only those wait who want the same name, and they wait for one look-up.
package final class NameLookUps: Sendable {
    /// That of this process; all look-ups are under way at once, but for those of more names than there are threads.
    package static let shared = NameLookUps(threadCount: 16) { try NameLookUps.resolve($0) }

    private let threads: NIOThreadPool
    private let waiting = NIOLockedValueBox<[String: [EventLoopPromise<[SocketAddress]>]]>([:])
    private let resolve: @Sendable (_ name: String) throws -> [SocketAddress]

    /// Looks names up with `resolve`, which may block.
    package init(threadCount: Int, resolve: @escaping @Sendable (_ name: String) throws -> [SocketAddress]) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        self.resolve = resolve
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// The addresses of a name in the order of their use, without a port; none where it has none.
    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        if let address = try? SocketAddress(ipAddress: name, port: 0) {
            return eventLoop.makeSucceededFuture([address])
        }
        let promise = eventLoop.makePromise(of: [SocketAddress].self)
        let isFirst = waiting.withLockedValue { waiting in
            waiting[name, default: []].append(promise)
            return waiting[name]?.count == 1
        }
        guard isFirst else { return promise.futureResult }
        threads.submit { [waiting, resolve] state in
            let found = state == .active ? try? resolve(name) : nil
            for promise in waiting.withLockedValue({ $0.removeValue(forKey: name) }) ?? [] {
                promise.succeed(found ?? [])
            }
        }
        return promise.futureResult
    }

    /// Asks the system; blocks until it answers.
    package static func resolve(_ name: String) throws(NameFailure) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(name, nil, &hints, &first)
        guard status == 0 else { throw NameFailure(status: status) }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = unsafe first
        while let entry = unsafe next?.pointee {
            if let address = unsafe SocketAddress(entry) { addresses.append(address) }
            unsafe next = entry.ai_next
        }
        return addresses
    }
}

/// Why a name has no address now.
package struct NameFailure: Error {
    let status: CInt

    /// In the system's words.
    package var words: String { unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "code \(status)" }
}

extension SocketAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let pointer = unsafe entry.ai_addr else { return nil }
        let raw = UnsafeRawPointer(pointer)
        switch unsafe entry.ai_family {
        case AF_INET: self.init(unsafe raw.load(as: sockaddr_in.self))
        case AF_INET6: self.init(unsafe raw.load(as: sockaddr_in6.self))
        default: return nil
        }
    }

    /// The same at another port.
    package func at(port: Int) -> SocketAddress {
        var address = self
        address.port = port
        return address
    }
}

extension ClientBootstrap {
    /// Connects to a name, each of whose addresses is tried, or to an address.
    ///
    /// `eventLoop` is the one that this bootstrap was made with.
    package func connect(
        to host: String, port: Int, on eventLoop: any EventLoop, _ lookUps: NameLookUps = .shared
    ) -> EventLoopFuture<any Channel> {
        resolver(NameResolver(lookUps, eventLoop)).connect(host: host, port: port)
    }
}

/// One look-up of one connection.
private struct NameResolver: Resolver {
    private let lookUps: NameLookUps
    private let eventLoop: any EventLoop
    private let found: EventLoopPromise<[SocketAddress]>

    init(_ lookUps: NameLookUps, _ eventLoop: any EventLoop) {
        (self.lookUps, self.eventLoop, found) = (lookUps, eventLoop, eventLoop.makePromise())
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        lookUps.addresses(of: host, on: eventLoop)
            .map { addresses in addresses.map { $0.at(port: port) } }
            .cascade(to: found)
        return found.futureResult.map { $0.filter { $0.protocol == .inet6 } }
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        found.futureResult.map { $0.filter { $0.protocol == .inet } }
    }

    func cancelQueries() {}
}
