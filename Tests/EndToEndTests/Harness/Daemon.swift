import Foundation
import TestSupport

/// A server of ours, or a peer, as a process; it ends with this object at the latest.
///
/// What it logged is kept.
final class Daemon: @unchecked Sendable {  // a Process is used by one thread at a time: the test's
    let name: String
    private let program: URL
    private let arguments: [String]
    private let readyPort: UInt16
    private let logFile: URL
    private var process = Process()
    private var wasKilled = false

    /// Starts a program (a path, or the name of one of our own); returns once it accepts on `readyPort`.
    init(_ program: String, _ arguments: [String], readyPort: UInt16, in folder: TemporaryFolder, name: String) throws {
        self.program = RunningCommand.executable(program)
        (self.arguments, self.readyPort, self.name) = (arguments, readyPort, name)
        logFile = try folder.write("", to: "\(name).log")
        try start()
    }

    deinit { stop() }

    /// Starts it, or starts it again, maybe with so many descriptors only; returns once it accepts connections.
    func start(descriptors: Int? = nil) throws {
        try Self.require(program)
        process = Process()
        wasKilled = false
        process.executableURL = program
        process.arguments = arguments
        if let descriptors {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
            process.arguments = ["--nofile=\(descriptors):\(descriptors)", program.path] + arguments
        }
        // A crash says why in the log; what looks for its cause inherits what tells us that the process has ended.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let log = try FileHandle(forWritingTo: logFile)
        try log.seekToEnd()
        (process.standardOutput, process.standardError) = (log, log)
        try process.runWithSignals()
        Guardian.watch(process.processIdentifier)
        let isReady = eventually(within: .seconds(20)) {
            !process.isRunning || (try? TCPSocket(connectingTo: readyPort)) != nil
        }
        guard isReady && process.isRunning else {
            stop()
            throw DaemonFailure("\(name) doesn't accept on port \(readyPort):\n\(self.log(lines: 40))")
        }
    }

    /// Fails where a program isn't there: then the tests of the line have nothing to test.
    static func require(_ program: URL) throws {
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw DaemonFailure("there is no \(program.path): these tests start it; swift build makes it")
        }
    }

    var isRunning: Bool { process.isRunning }
    var processIdentifier: Int32 { process.processIdentifier }

    /// Asks it to end and waits; kills it where it takes longer than ten seconds.
    ///
    /// - Returns: Its exit code; nil where it had to be killed.
    @discardableResult func stop() -> Int32? {
        if process.isRunning { process.terminate() }
        return ended()
    }

    /// Waits until it has ended after it was asked to; a second request would end it at once.
    func ended(within time: Duration = .seconds(10)) -> Int32? {
        guard process.isRunning else { return process.processIdentifier == 0 ? nil : process.terminationStatus }
        let ended = eventually(within: time) { !process.isRunning }
        guard ended else {
            kill()
            wasKilled = false  // not by a test
            return nil
        }
        return process.terminationStatus
    }

    /// Fails where it crashed, or doesn't end well now, or has logged a secret; a test that killed it knows.
    func requireGoodEnd() throws {
        let code = stop()
        let secrets = Planted.found(in: log(lines: .max), keysIn: logFile.deletingLastPathComponent())
        guard secrets.isEmpty else {
            throw DaemonFailure("\(name) logged secrets:\n\(secrets.prefix(9).joined(separator: "\n"))")
        }
        guard !wasKilled, code != 0 else { return }
        let how = code.map { "with code \($0)" } ?? "only when it was killed"
        throw DaemonFailure("\(name) ended \(how):\n\(log(lines: 40))")
    }

    /// The number of the process that was started here.
    var processID: Int32 { process.processIdentifier }

    /// Sends it a signal, and returns at once.
    func send(_ signal: CInt) { Foundation.kill(process.processIdentifier, signal) }

    /// Asks it to end, and returns at once.
    func askToEnd() { process.terminate() }

    /// Makes it hang, as a machine without memory does.
    func freeze() { TestSupport.freeze(process.processIdentifier) }

    /// It goes on.
    func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// Ends it as a crash does.
    func kill() {
        wasKilled = true
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The last lines of its log, of those that hold a text.
    func log(lines: Int, about part: String = "") -> String {
        let text = (try? String(decoding: Data(contentsOf: logFile), as: UTF8.self)) ?? ""
        return text.split(separator: "\n").filter { part.isEmpty || $0.contains(part) }.suffix(lines).joined(
            separator: "\n")
    }

    /// The memory that it occupies now.
    var residentBytes: Int { statusBytes("VmRSS:") }

    /// The most memory that it has occupied since ``forgetPeak()``.
    var peakResidentBytes: Int { statusBytes("VmHWM:") }

    func forgetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(process.processIdentifier)/clear_refs"))
    }

    private func statusBytes(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return (line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0) * 1024
    }
}

struct DaemonFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Daemon {
    /// Lets it open so many files more than it has open now.
    func limitDescriptors(toMore count: Int) throws {
        let limit = openDescriptors + count
        let prlimit = try Command("/usr/bin/prlimit", ["--pid=\(processIdentifier)", "--nofile=\(limit):\(limit)"])
        guard prlimit.exitCode == 0 else { throw DaemonFailure(prlimit.errors) }
    }

    /// Files and connections that it has open.
    var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(processIdentifier)/fd").count) ?? 0
    }

    /// The processor time that it has used, in seconds.
    var processorSeconds: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ").compactMap { Double($0) } ?? []
        // After the name and the state: utime and stime are the 11th and 12th.
        return fields.count > 11 ? (fields[10] + fields[11]) / Double(sysconf(Int32(_SC_CLK_TCK))) : 0
    }
}
