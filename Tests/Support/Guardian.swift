import Foundation
import NIOConcurrencyHelpers

/// Ends what the tests started where the tests themselves end without a farewell (Ctrl-C, a crash, a time-out of CI).
///
/// It is a shell that learns the process numbers through a pipe: when the tests are gone the pipe ends, and so do they.
package enum Guardian {
    private static let pipe: NIOLockedValueBox<FileHandle?> = {
        let (pipe, shell) = (Pipe(), Process())
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "trap '' INT TERM; while read -r pid; do pids=\"$pids $pid\"; done; kill -9 $pids 2>/dev/null",
        ]
        shell.standardInput = pipe
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try? shell.runWithSignals()
        return NIOLockedValueBox(pipe.fileHandleForWriting)
    }()

    /// Ends this process, too.
    package static func watch(_ pid: Int32) { pipe.withLockedValue { $0?.write(Data("\(pid)\n".utf8)) } }
}
