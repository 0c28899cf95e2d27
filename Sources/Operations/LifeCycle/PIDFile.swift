import Foundation

/// The file that names the process, locked as long as it runs, so that it is not started twice by mistake.
///
/// The lock ends with the process, however it ends: a file that was left behind keeps nobody from starting. A process that
/// replaces another one gets the lock from it, and names itself once it is ready.
package final class PIDFile: Sendable {
    private let path: String
    /// Open and locked.
    let descriptor: CInt
    private let text: String

    /// Locks the file; and writes it, unless the lock is inherited.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - inherited: The file as the process that is replaced has it open.
    ///   - processID: The number of this process.
    /// - Throws: ``PIDFileError`` when it can't be written, or another process runs that wrote it.
    package init(_ path: String, inherited: CInt? = nil, processID: pid_t = getpid()) throws(PIDFileError) {
        (self.path, text) = (path, "\(processID)\n")
        if let inherited {
            if Self.isSame(inherited, path) {
                descriptor = inherited
                return
            }
            close(inherited)  // the configuration names another file now
        }
        func failure(_ reason: String) -> PIDFileError { PIDFileError(description: "pid.file = \(path): \(reason)") }
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(unsafe String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let other = (try? String(contentsOfFile: path, encoding: .utf8))?.trimmed ?? ""
            close(descriptor)
            throw failure("process \(other) runs already")
        }
        guard write() else {
            close(descriptor)
            throw failure("can't be written")
        }
    }

    private static func isSame(_ descriptor: CInt, _ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard unsafe fstat(descriptor, &open) == 0, unsafe stat(path, &named) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    /// Writes the number of this process; returns whether that worked.
    @discardableResult
    func write() -> Bool {
        let bytes = [UInt8](text.utf8)
        guard ftruncate(descriptor, 0) == 0 else { return false }
        return unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    }

    /// Removes the file and the lock.
    package func remove() {
        removeAtExit()  // before the lock ends, so that it is never another process's file
        close(descriptor)
    }

    /// Removes the file as the process ends at once; unless it names another process, which has taken over.
    func removeAtExit() {
        guard Self.isSame(descriptor, path), (try? String(contentsOfFile: path, encoding: .utf8)) == text else {
            return
        }
        _ = unsafe unlink(path)
    }
}

/// Why a process number could not be written: names the file.
package struct PIDFileError: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String
}
