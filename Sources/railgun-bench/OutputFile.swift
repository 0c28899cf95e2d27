import Files
import Foundation

/// A file that a report goes to, or standard output where it's called `-`.
struct OutputFile {
    private let path: String
    private var isStandardOutput: Bool { path == "-" }

    /// Refuses what can't be written later.
    init(_ path: String) throws {
        self.path = path
        guard !isStandardOutput else { return }
        let url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if isFolder.boolValue { throw CommandFailure("\(path): is a folder, not a file") }
        let folder = url.deletingLastPathComponent().path
        guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure("\(path): can't be written: there is no folder \(folder)")
        }
        guard FileManager.default.isWritableFile(atPath: exists ? url.path : folder) else {
            throw CommandFailure("\(path): can't be written: permission denied")
        }
    }

    /// Writes the file whole.
    func write(_ data: Data) throws { try FileAccess.write(data, to: path) }
}
