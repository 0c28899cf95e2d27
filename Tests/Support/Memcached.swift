import Foundation

/// A real memcached on a free port of loopback, which ends with the test.
package final class Memcached: @unchecked Sendable {  // the process is used by one thread at a time: the test's
    package static let program = "/usr/bin/memcached"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    package let port: UInt16
    private var process = Process()

    /// Starts one; `megabytes` is what it may hold.
    package init(megabytes: Int = 64) throws {
        port = try freePort()
        try start(megabytes: megabytes)
    }

    deinit { kill() }

    /// Starts it again at its port; returns once it accepts connections.
    package func start(megabytes: Int = 64) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments =
            ["-l", "127.0.0.1", "-p", "\(port)", "-U", "0", "-m", "\(megabytes)", "-t", "1"]
            + (getuid() == 0 ? ["-u", "root"] : [])
        process.standardError = FileHandle.nullDevice
        try process.runWithSignals()
        Guardian.watch(process.processIdentifier)
        for _ in 0..<500 where (try? ask("version\r\n")) == nil { Thread.sleep(forTimeInterval: 0.02) }
    }

    /// Ends it as a crash does.
    package func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// It holds its connections, accepts new ones, and says nothing.
    package func freeze() { TestSupport.freeze(process.processIdentifier) }

    /// It goes on.
    package func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// The names of all that it holds.
    package func keys() throws -> [String] {
        try ask("lru_crawler metadump all\r\n", until: "END\r\n").split(whereSeparator: \.isNewline).compactMap {
            line in
            line.hasPrefix("key=") ? line.dropFirst(4).prefix { $0 != " " }.removingPercentEncoding : nil
        }
    }

    /// Puts something else under a name.
    package func poison(_ key: String, with value: String) throws {
        _ = try ask("set \(key) 0 0 \(value.utf8.count)\r\n\(value)\r\n")
    }

    /// What it answers to a command.
    @discardableResult
    package func ask(_ command: String, until end: String = "\r\n") throws -> String {
        let descriptor = starting.withLock { socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        defer { close(descriptor) }
        var time = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in(loopbackPort: port)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, send(descriptor, command, command.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        var answer = ""
        while !answer.hasSuffix(end) {
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) {
                $1 = max(0, recv(descriptor, $0.baseAddress!, 65_536, 0))
            }
            guard !bytes.isEmpty else { throw CocoaError(.fileReadUnknown) }
            answer += String(decoding: bytes, as: UTF8.self)
        }
        return answer
    }
}
