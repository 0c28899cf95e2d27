import Foundation

/// A folder that is gone after the test.
package final class TemporaryFolder: Sendable {
    package let url = FileManager.default.temporaryDirectory.appending(path: "railgun-tests-\(UUID().uuidString)")

    package init() { try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    package func url(_ name: String) -> URL { url.appending(path: name) }

    package func path(_ name: String) -> String { url(name).path }

    /// Writes a file, and the folders on the way to it.
    @discardableResult package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> URL {
        let file = url(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }

    @discardableResult package func write(_ text: String, to name: String) throws -> URL {
        try write(text.utf8, to: name)
    }

    package func bytes(of name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(name))) }

    package func text(of name: String) throws -> String { String(decoding: try bytes(of: name), as: UTF8.self) }

    /// What the folder holds, in order.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}

/// Gives a test a folder of its own, which goes when the test has ended.
package func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = TemporaryFolder()
    return try withExtendedLifetime(folder) { try body(folder.url) }
}
