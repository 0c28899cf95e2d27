import Exchange
import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// The sockets that a daemon listens on: made here, or taken over from whoever started the process.
///
/// Their descriptors are known here as long as they are in use, so that they can be handed to the process that replaces
/// this one.
package final class ListeningSockets: Sendable {
    private struct State {
        /// What was inherited and is not in use yet.
        var inherited: [CInt]
        var open: [(descriptor: CInt, channel: (any Channel)?)] = []
    }

    private let state: NIOLockedValueBox<State>

    /// Starts with inherited sockets.
    package init(_ inherited: [CInt] = []) { state = NIOLockedValueBox(State(inherited: inherited)) }

    /// Binds what only root may, as if the process had been given it, and then becomes the user that the configuration names.
    ///
    /// Call it before anything else is opened: what that user may not read or write is then known at the start.
    ///
    /// - Parameters:
    ///   - user: Whom to become; `nil` changes nothing.
    ///   - addresses: Where the process is going to listen, by the key that names them.
    /// - Throws: ``ListenFailure``, ``ServiceUser/Failure``.
    package func giveUpRoot(for user: ServiceUser?, opening addresses: [(key: String, address: HostAndPort)]) throws {
        guard let user else { return }
        if geteuid() == 0 {
            let bound = try addresses.filter { 1..<1024 ~= $0.address.port }.map {
                try take($0.address, setting: $0.key)
            }
            state.withLockedValue { state in
                state.open.removeAll { bound.contains($0.descriptor) }
                state.inherited += bound
            }
        }
        try user.become()
    }

    /// A socket that is bound to an address; an inherited one, where one is.
    ///
    /// - Parameters:
    ///   - address: A numeric address, or `localhost`; port 0 takes any inherited socket of that address, or lets the
    ///     system choose.
    ///   - setting: The key of the configuration, for errors.
    /// - Returns: A descriptor, for `ServerBootstrap.withBoundSocket`, which closes it.
    /// - Throws: ``ListenFailure``.
    package func take(_ address: HostAndPort, setting: String) throws(ListenFailure) -> NIOBSDSocket.Handle {
        let wanted: SocketAddress
        do { wanted = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port) } catch {
            throw ListenFailure(description: "\(setting) = \(address): there is no such address")
        }
        let inherited = state.withLockedValue { state -> CInt? in
            let found =
                state.inherited.firstIndex { Self.localAddress(of: $0) == wanted }
                ?? (address.port == 0
                    ? state.inherited.firstIndex { Self.localAddress(of: $0)?.ipAddress == wanted.ipAddress } : nil)
            return found.map { state.inherited.remove(at: $0) }
        }
        let descriptor: CInt
        if let inherited {
            descriptor = inherited
        } else {
            do { descriptor = try Self.bind(wanted) } catch {
                throw ListenFailure(
                    error, setting: setting, address: "\(address)", inherited: inheritedAddress(port: wanted.port))
            }
        }
        state.withLockedValue { $0.open.append((descriptor, nil)) }
        return descriptor
    }

    /// What was inherited for a port, and is not in use.
    private func inheritedAddress(port: Int?) -> String? {
        state.withLockedValue { state in
            state.inherited.lazy.compactMap { Self.localAddress(of: $0) }.first { $0.port == port }?.hostAndPort
        }
    }

    /// Begins to listen on a socket; as it is closed with its channel, it is forgotten here.
    package func listen(
        _ address: HostAndPort, setting: String, _ bind: (NIOBSDSocket.Handle) async throws -> any Channel
    ) async throws -> any Channel {
        let descriptor = try take(address, setting: setting)
        do {
            let channel = try await bind(descriptor)
            state.withLockedValue { state in
                for place in state.open.indices where state.open[place].descriptor == descriptor {
                    state.open[place].channel = channel
                }
            }
            channel.closeFuture.whenComplete { _ in self.forget(descriptor) }
            return channel
        } catch let error as IOError {
            forget(descriptor)
            throw ListenFailure(error, setting: setting, address: "\(address)")
        }
    }

    private func forget(_ descriptor: CInt) {
        state.withLockedValue { $0.open.removeAll { $0.descriptor == descriptor } }
    }

    /// Closes what was inherited and no setting asked for.
    ///
    /// - Returns: The addresses, for the log.
    package func closeUnused() -> [String] {
        let unused = state.withLockedValue { state in
            defer { state.inherited = [] }
            return state.inherited
        }
        return unused.map { descriptor in
            defer { close(descriptor) }
            let address = Self.localAddress(of: descriptor)
            guard let host = address?.ipAddress, let port = address?.port else { return "descriptor \(descriptor)" }
            return HostAndPort(host: host, port: port).description
        }
    }

    /// Accepts no more connections: from now on another process does.
    ///
    /// Who listens closes the sockets, in its own time: see ``NIOCore/Channel/closeListening(on:)``.
    func stopListening() async {
        for socket in state.withLockedValue({ $0.open }) {
            try? await socket.channel?.setOption(.autoRead, value: false).get()
        }
    }

    /// Copies of the descriptors that are in use, which stay open whatever happens to those; the caller closes them.
    func copies() throws(Successor.Failure) -> [CInt] {
        let (copies, code) = state.withLockedValue { state in
            var code: CInt = 0
            let copies = state.open.map { socket in
                let copy = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, Inheritance.firstSpareDescriptor)
                if copy < 0 { code = errno }
                return copy
            }
            return (copies, code)
        }
        guard code == 0 else {
            for copy in copies where copy >= 0 { close(copy) }
            throw Successor.failure("the listening sockets can't be copied", code)
        }
        return copies
    }

    private static func bind(_ address: SocketAddress) throws(IOError) -> CInt {
        let descriptor = socket(CInt(address.protocol.rawValue), CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var on: CInt = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        let status = unsafe address.withSockAddr { unsafe Foundation.bind(descriptor, $0, socklen_t($1)) }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw IOError(errnoCode: code, reason: "bind")
        }
        return descriptor
    }

    private static func localAddress(of descriptor: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> SocketAddress? in
                guard unsafe getsockname(descriptor, address, &count) == 0 else { return nil }
                switch unsafe CInt(address.pointee.sa_family) {
                case AF_INET:
                    return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        unsafe SocketAddress($0.pointee)
                    }
                case AF_INET6:
                    return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        unsafe SocketAddress($0.pointee)
                    }
                default: return nil
                }
            }
        }
    }
}
