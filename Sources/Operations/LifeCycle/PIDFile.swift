import Foundation

/// The file that names the process, locked as long as it runs, so that it is not started twice by mistake.
///
/// The lock ends with the process, however it ends: a file that was left behind keeps nobody from starting.
package struct PIDFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Writes the file.
    ///
    /// - Throws: ``PIDFileError`` when it can't be written, or another process runs that wrote it.
    package init(_ path: String) throws(PIDFileError) {
        func failure(_ reason: String) -> PIDFileError { PIDFileError(description: "pid.file = \(path): \(reason)") }
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let other = (try? String(contentsOfFile: path, encoding: .utf8))?.trimmed ?? ""
            close(descriptor)
            throw failure("process \(other) runs already")
        }
        let text = [UInt8]("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, unsafe Foundation.write(descriptor, text, text.count) == text.count else {
            close(descriptor)
            throw failure("can't be written")
        }
        self.path = path
    }

    /// Removes the file and the lock.
    package func remove() {
        _ = unsafe unlink(path)  // before the lock ends, so that it is never another process's file
        close(descriptor)
    }
}

/// Why a process number could not be written: names the file.
package struct PIDFileError: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String
}
