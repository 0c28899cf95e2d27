import Foundation

/// Prometheus's own checker, where it is installed.
package enum Promtool {
    private static let path: String? = [
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../.tools/prometheus/promtool"
        ).standardized.path, "/usr/bin/promtool",
    ].first { FileManager.default.isExecutableFile(atPath: $0) }

    package static var isInstalled: Bool { path != nil }

    /// What it says of metrics, as text; nothing where they are right.
    package static func complaints(about metrics: String) throws -> String {
        let folder = TemporaryFolder()
        try folder.write(metrics, to: "metrics")
        let said = try Command("/bin/sh", ["-c", "\(try required) check metrics <metrics 2>&1"], in: folder.url)
        return said.exitCode == 0 && said.output.isEmpty ? "" : "exit code \(said.exitCode): \(said.output)"
    }

    /// Runs it.
    package static func run(_ arguments: [String], in folder: URL) throws -> Command {
        try Command(required, arguments, in: folder)
    }

    private static var required: String {
        get throws {
            guard let path else { throw CocoaError(.fileNoSuchFile) }
            return path
        }
    }
}
