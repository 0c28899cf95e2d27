import Foundation
import NIOCore

/// A socket of this machine that has a path; for its owner only.
package enum UnixSocket {
    /// The longest path that the system takes, in bytes.
    package static let maxPathBytes = 107

    /// Makes a listening one, in the place of a socket that nobody listens on.
    ///
    /// It gets its place only when it is ready, and is at no time open to others.
    static func listening(
        at path: String, replaces: Bool
    ) throws(ListenFailure) -> (descriptor: CInt, node: ino_t) {
        func failure(_ why: String) -> ListenFailure { ListenFailure(description: "control.socket = \(path): \(why)") }
        func failure(_ code: CInt) -> ListenFailure { failure(unsafe String(cString: strerror(code))) }
        if let kind = kind(at: path) {
            guard kind == S_IFSOCK else { throw failure("there is another file, which is not a socket") }
            if !replaces, let other = try? connected(to: path) {
                close(other)
                throw failure("another process listens there")
            }
        }
        let passing = "\(path).\(getpid())"
        guard let address = try? SocketAddress(unixDomainSocketPath: passing), passing.utf8.count <= maxPathBytes else {
            throw failure("is too long, with the number of the process")
        }
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure(errno) }
        _ = unsafe unlink(passing)
        // Before it has a path: Linux gives the file the mode of the socket.
        let isBound =
            unsafe fchmod(descriptor, 0o600) == 0
            && address.withSockAddr { unsafe Foundation.bind(descriptor, $0, socklen_t($1)) } == 0
            && chmod(passing, 0o600) == 0 && listen(descriptor, 16) == 0 && rename(passing, path) == 0
        guard isBound, let node = node(at: path) else {
            let code = errno
            close(descriptor)
            _ = unsafe unlink(passing)
            throw failure(code)
        }
        return (descriptor, node)
    }

    /// Connects; the caller closes what it gets.
    package static func connected(to path: String) throws -> CInt {
        let address = try SocketAddress(unixDomainSocketPath: path)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        let status = unsafe address.withSockAddr { unsafe Foundation.connect(descriptor, $0, socklen_t($1)) }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw IOError(errnoCode: code, reason: "connect")
        }
        return descriptor
    }

    /// The number of the file at a path; `nil` where there is none.
    static func node(at path: String) -> ino_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_ino : nil
    }

    private static func kind(at path: String) -> mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
