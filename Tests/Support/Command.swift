import Foundation

/// One of our executables (or another program, by its path), started as its users start it, and what it did.
package struct Command {
    /// What it wrote to standard output, byte by byte.
    package let outputBytes: [UInt8]
    /// What it wrote to standard error.
    package let errors: String
    /// 0 for success, 1 for failures, 64 for wrong usage.
    package let exitCode: Int32
    /// What it wrote to standard output, as text.
    package var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// Runs a command to its end.
    package init(
        _ name: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
    ) throws {
        self = try RunningCommand(name, arguments, in: folder, environment: environment).wait()
    }

    fileprivate init(outputBytes: [UInt8], errors: String, exitCode: Int32) {
        (self.outputBytes, self.errors, self.exitCode) = (outputBytes, errors, exitCode)
    }
}

/// A command that is still at work.
package final class RunningCommand {
    private let process = Process()
    private let scratch = TemporaryFolder()

    /// Starts a command.
    package init(
        _ name: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
    ) throws {
        process.executableURL = Self.executable(name)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a pipe that nobody reads meanwhile fills up and stops the command.
        process.standardOutput = try FileHandle(forWritingTo: scratch.write("", to: "output"))
        process.standardError = try FileHandle(forWritingTo: scratch.write("", to: "errors"))
        try process.runWithSignals()
    }

    /// What it has written to standard error up to now.
    package var errors: String { (try? scratch.text(of: "errors")) ?? "" }

    /// Presses Ctrl-C.
    package func interrupt() { process.interrupt() }

    package func wait() throws -> Command {
        process.waitUntilExit()
        return Command(
            outputBytes: try scratch.bytes(of: "output"), errors: errors, exitCode: process.terminationStatus)
    }

    /// Where a program is: one of ours by its name, another one by its path.
    package static func executable(_ name: String) -> URL {
        name.hasPrefix("/") ? URL(fileURLWithPath: name) : builtFolder.appending(path: name)
    }

    /// Executables are built beside the tests.
    private static let builtFolder =
        Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        .deletingLastPathComponent() ?? Bundle.main.bundleURL
}
