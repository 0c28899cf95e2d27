import Foundation

/// Files that are there whole or not at all, whatever happens meanwhile.
package enum WholeFile {
    /// Writes a file beside its place, then moves it there.
    ///
    /// - Parameters:
    ///   - text: What it holds.
    ///   - path: Its place.
    ///   - mode: Its rights, from its first byte on.
    ///   - replacing: Whether a file that is there may go.
    /// - Throws: ``CredentialError``, with the path.
    package static func write(
        _ text: String, to path: String, mode: mode_t, replacing: Bool = false
    ) throws(CredentialError) {
        let fresh = "\(path).\(UInt64.random(in: .min ... .max)).new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
        } catch {
            unsafe unlink(fresh)
            throw CredentialError("\(path): can't be written; is the disk full?")
        }
        let status = replacing ? unsafe rename(fresh, path) : unsafe link(fresh, path)
        let code = errno
        if !replacing || status != 0 { unsafe unlink(fresh) }
        errno = code
        guard status == 0 else { throw failure(path) }
        // The folder's entry too, not only the bytes.
        let folder = unsafe open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func failure(_ path: String) -> CredentialError {
        CredentialError("\(path): can't be written: \(unsafe String(cString: strerror(errno)))")
    }
}
