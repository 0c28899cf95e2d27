import Foundation

/// Why a log can't be opened: names the target.
package struct LogTargetError: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String
}

/// An open file or socket for lines.
///
/// Only the writing thread uses it.
final class LogTarget: Sendable {
    private let descriptor: Int32
    /// What goes before each line in a datagram; `nil` for files, which take the bytes as they are.
    private let datagramPrefix: [UInt8]?

    init(_ target: LogSettings.Target, program: String) throws(LogTargetError) {
        // Facility 3, daemons; severity 6, information. The level is in the line itself.
        let prefix = [UInt8]("<30>\(program)[\(getpid())]: ".utf8)
        switch target {
        case .standardError: (descriptor, datagramPrefix) = (STDERR_FILENO, nil)
        case .file(let path):
            descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
            datagramPrefix = nil
            guard descriptor >= 0 else { throw Self.failure("stderr.file = \(path)") }
        case .syslog(let server):
            (descriptor, datagramPrefix) = (try Self.connect(to: server), prefix)
        case .syslogSocket(let path):
            (descriptor, datagramPrefix) = (try Self.connect(toSocket: path), prefix)
        }
    }

    deinit { if descriptor != STDERR_FILENO { close(descriptor) } }

    /// Writes lines; what can't be written is lost, for there is nobody left to tell.
    func write(_ lines: [UInt8]) {
        guard let datagramPrefix else { return writeAll(lines) }
        for line in lines.split(separator: 0x0A) {
            let datagram = datagramPrefix + line
            _ = unsafe send(descriptor, datagram, datagram.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func writeAll(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Foundation.write(descriptor, bytes.baseAddress! + start, bytes.count - start)
            }
            if count < 0, errno != EINTR { return }
            start += max(0, count)
        }
    }

    private static func failure(_ what: String) -> LogTargetError {
        LogTargetError(description: "\(what): \(unsafe String(cString: strerror(errno)))")
    }

    /// The same for a socket that was made, and is of no use.
    private static func failure(_ what: String, closing descriptor: Int32) -> LogTargetError {
        let failure = failure(what)
        if descriptor >= 0 { close(descriptor) }
        return failure
    }

    private static func connect(to server: HostAndPort) throws(LogTargetError) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(server.host, String(server.port), &hints, &found)
        defer { if let found = unsafe found { unsafe freeaddrinfo(found) } }
        guard status == 0, let first = unsafe found?.pointee else {
            throw LogTargetError(
                description: "syslog.addr = \(server): \(unsafe String(cString: gai_strerror(status)))")
        }
        let descriptor = unsafe socket(first.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard unsafe Foundation.connect(descriptor, first.ai_addr, first.ai_addrlen) == 0 else {
            throw failure("syslog.addr = \(server)", closing: descriptor)
        }
        return descriptor
    }

    private static func connect(toSocket path: String) throws(LogTargetError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = path.utf8CString
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw LogTargetError(description: "syslog.addr = \(path): the path is too long for a socket")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw failure("syslog.addr = \(path)", closing: descriptor) }
        return descriptor
    }
}
