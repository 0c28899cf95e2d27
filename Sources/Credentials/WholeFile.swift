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
        let above = (path as NSString).deletingLastPathComponent
        let parent = above.isEmpty ? "." : above
        let fresh = "\(path).\(UInt64.random(in: .min ... .max)).new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        giveToOwner(of: parent, descriptor)
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
        let folder = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// What root writes belongs to the folder's owner: the daemon that has to read it isn't root.
    private static func giveToOwner(of folder: String, _ descriptor: CInt) {
        var status = stat()
        guard geteuid() == 0, unsafe stat(folder, &status) == 0, status.st_uid != 0 else { return }
        // Where that may not be, the file is root's, and whoever needs it says that it can't be read.
        fchown(descriptor, status.st_uid, status.st_gid)
    }

    private static func failure(_ path: String) -> CredentialError {
        CredentialError("\(path): can't be written: \(unsafe String(cString: strerror(errno)))")
    }
}
