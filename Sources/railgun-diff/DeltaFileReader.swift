import Files
import DeltaEngine

/// Delta files as people name them on a command line.
enum DeltaFileReader {
    /// Reads a delta file.
    static func read(_ path: String) throws -> DeltaFile { try parse(FileAccess.read(path), at: path) }

    /// Reads a delta file's content.
    static func parse(_ bytes: [UInt8], at path: String) throws -> DeltaFile {
        do {
            return try DeltaFile(parsing: bytes.span)
        } catch .unknownKind {
            throw CommandFailure("\(path): is not a delta file, or one of a newer railgun-diff")
        } catch {
            throw CommandFailure(error, at: path)
        }
    }

    /// Whether a file's content is a delta file's, and not a page; a file called so must be one.
    static func isDeltaFile(_ bytes: [UInt8], at path: String) -> Bool {
        path.hasSuffix(".rgd") || bytes.starts(with: DeltaFile.magic.prefix(3))
    }
}
