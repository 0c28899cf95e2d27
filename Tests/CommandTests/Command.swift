import Foundation

/// One of our commands as a process, as a person would start it, but not on a terminal.
final class Command {
    /// What a finished command leaves.
    struct Outcome {
        var status: Int32
        var output: Data
        var errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let process = Process()
    private let folder = TemporaryFolder()

    /// Starts a command that was built with the tests.
    init(_ name: String, _ arguments: [String], in workingFolder: URL? = nil) throws {
        process.executableURL = Bundle.main.executableURL!.deletingLastPathComponent().appending(path: name)
        process.arguments = arguments
        process.currentDirectoryURL = workingFolder
        // Files, not pipes: a pipe that nobody reads would stop the command.
        process.standardOutput = try FileHandle(forWritingTo: folder.write("", to: "output"))
        process.standardError = try FileHandle(forWritingTo: folder.write("", to: "errors"))
        try process.runWithSignals()
    }

    /// Runs a command to its end.
    static func run(_ name: String, _ arguments: [String], in workingFolder: URL? = nil) throws -> Outcome {
        try Command(name, arguments, in: workingFolder).wait()
    }

    /// Presses Ctrl-C.
    func interrupt() { process.interrupt() }

    /// What the command has written to standard error up to now.
    var errorsSoFar: String { (try? folder.text(of: "errors")) ?? "" }

    func wait() throws -> Outcome {
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try Data(contentsOf: folder.url("output")),
            errors: errorsSoFar)
    }
}

extension Process {
    /// Starts a process that can be interrupted and terminated: tests run on threads that block all signals, and a
    /// process inherits that from the thread that starts it.
    func runWithSignals() throws {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path }

    init() {
        url = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func url(_ name: String) -> URL { url.appending(path: name) }

    func path(_ name: String) -> String { url(name).path }

    /// Writes a file, and the folders on the way to it.
    @discardableResult func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> URL {
        let file = url(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }

    @discardableResult func write(_ text: String, to name: String) throws -> URL { try write(text.utf8, to: name) }

    func bytes(of name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(name))) }

    func text(of name: String) throws -> String { String(decoding: try bytes(of: name), as: UTF8.self) }

    /// What the folder holds, in order.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}
