import Foundation

/// Files as commands read and write them: with errors that name the file, and never half a file left behind.
package enum FileAccess {
    /// Reads a whole file, or what a pipe or `<(…)` delivers.
    package static func read(_ path: String) throws -> [UInt8] {
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure("\(path): is a folder, not a file")
        }
        do {
            let descriptor = unsafe open(path, O_RDONLY)
            guard descriptor >= 0 else { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            return [UInt8](try handle.readToEnd() ?? Data())
        } catch {
            throw CommandFailure(error, at: path)
        }
    }

    /// Writes a file whole or not at all; `-` is standard output.
    package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let data = Data(bytes)
        if path == "-" {
            do { try FileHandle.standardOutput.write(contentsOf: data) } catch {
                throw CommandFailure(error, at: "standard output")
            }
            return
        }
        var isFolder: ObjCBool = false
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        if unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure("\(path): is a folder, not a file")
        }
        // A device or a pipe can't be replaced by a new file.
        let type = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
        let isReplaceable = type == nil || type == .typeRegular
        do {
            try data.write(to: url, options: isReplaceable ? .atomic : [])
        } catch {
            throw CommandFailure(error, at: path)
        }
    }

    /// The file to write where a person named none: beside nothing of theirs, in the current folder, never over
    /// anything.
    package static func unusedName(_ name: String) throws -> String {
        guard !FileManager.default.fileExists(atPath: name) else {
            throw CommandFailure("\(name): exists already; to overwrite it, say -o \(name)")
        }
        return name
    }
}
