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
    init(
        _ name: String, _ arguments: [String], input: Data = Data(), in folder: URL? = nil,
        environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = Self.builtFolder.appending(path: name)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: a pipe that nobody reads meanwhile fills up and stops the command.
        let scratch = try TemporaryFolder()
        let (inputFile, outputFile, errorFile) = (scratch / "input", scratch / "output", scratch / "errors")
        for (file, content) in [(inputFile, input), (outputFile, Data()), (errorFile, Data())] {
            try content.write(to: file)
        }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        process.waitUntilExit()
        output = try String(contentsOf: outputFile, encoding: .utf8)
        errors = try String(contentsOf: errorFile, encoding: .utf8)
        exitCode = process.terminationStatus
    }

    /// Executables are built beside the tests.
    private static let builtFolder =
        Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        .deletingLastPathComponent() ?? Bundle.main.bundleURL
}

/// A folder of a test's own, which goes when the test has ended.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A place in the folder.
    static func / (folder: TemporaryFolder, name: String) -> URL { folder.url.appending(path: name) }
}
