import Foundation

/// One of our executables, started as its users start it, and what it did.
struct Command {
    /// What it wrote to standard output.
    let output: String
    /// What it wrote to standard error.
    let errors: String
    /// 0 for success, 1 for failures, 64 for wrong usage.
    let exitCode: Int32

    /// Runs a command to its end.
    init(_ name: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = Self.builtFolder.appending(path: name)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        (output, errors) = try withTemporaryFolder { scratch in
            // Files, not pipes: a pipe that nobody reads meanwhile fills up and stops the command.
            let (outputFile, errorFile) = (scratch.appending(path: "output"), scratch.appending(path: "errors"))
            for file in [outputFile, errorFile] { try Data().write(to: file) }
            process.standardOutput = try FileHandle(forWritingTo: outputFile)
            process.standardError = try FileHandle(forWritingTo: errorFile)
            try process.run()
            process.waitUntilExit()
            return (
                try String(contentsOf: outputFile, encoding: .utf8), try String(contentsOf: errorFile, encoding: .utf8)
            )
        }
        exitCode = process.terminationStatus
    }

    /// Executables are built beside the tests.
    private static let builtFolder =
        Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        .deletingLastPathComponent() ?? Bundle.main.bundleURL
}

/// Gives a test a folder of its own, which goes when the test has ended.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
