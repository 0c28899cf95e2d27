import CGlibc
import Foundation

/// The process that replaces this one: the program as it is on disk now, with the same arguments and the listening sockets.
///
/// Both accept connections until this one stops: none is refused in between.
struct Successor {
    let processID: pid_t
    /// Reads one byte when the successor is ready, or ends when it has ended.
    private let readiness: CInt

    /// Why there is none.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - sockets: Listening sockets; closed here afterwards.
    ///   - pidFile: The open and locked PID file.
    /// - Throws: ``Failure`` where the program can't be started.
    init(_ command: [String], sockets: [CInt], pidFile: CInt?) throws(Failure) {
        defer { for socket in sockets { close(socket) } }
        guard sockets.count <= Inheritance.greatestCount else {
            throw Failure(description: "only \(Inheritance.greatestCount) listening sockets can be handed over")
        }
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Self.failure("no pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Away from where they are going to be.
        let handed = ([ends[1]] + [pidFile].compactMap(\.self)).map {
            fcntl($0, F_DUPFD_CLOEXEC, Inheritance.firstSpareDescriptor)
        }
        let code = errno
        close(ends[1])
        defer { for descriptor in handed where descriptor >= 0 { close(descriptor) } }
        guard !handed.contains(where: { $0 < 0 }) else {
            close(ends[0])
            throw Self.failure("what is handed over can't be copied", code)
        }

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (index, descriptor) in (sockets + handed).enumerated() {
            unsafe posix_spawn_file_actions_adddup2(
                &actions, descriptor, Inheritance.firstDescriptor + CInt(index))
        }
        // SwiftNIO's sockets would stay open in the new process, and no client would see that this one has closed them.
        unsafe posix_spawn_file_actions_addclosefrom_np(
            &actions, Inheritance.firstDescriptor + CInt(sockets.count + handed.count))
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Not with the signals that this process ignores because it takes them another way.
        var (all, none) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var environment = ProcessInfo.processInfo.environment
        for key in Inheritance.keys { environment[key] = nil }
        environment[Inheritance.environmentKey] = "\(sockets.count) \(pidFile == nil ? 0 : 1)"
        var processID: pid_t = 0
        let status = unsafe Self.withCStrings(command) { arguments in
            unsafe Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                unsafe posix_spawnp(&processID, command[0], &actions, &attributes, arguments, environment)
            }
        }
        guard status == 0 else {
            close(ends[0])
            throw Self.failure("\(command[0]) can't be started", status)
        }
        (self.processID, readiness) = (processID, ends[0])
    }

    static func failure(_ what: String, _ code: CInt) -> Failure {
        Failure(description: "\(what): \(unsafe String(cString: strerror(code)))")
    }

    private static func withCStrings(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt
    ) -> CInt {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress!) }
    }

    /// Waits, on a thread of its own, until it is ready.
    ///
    /// - Throws: ``Failure`` where it ends before, or takes longer than `seconds`, and is killed then.
    func awaitReadiness(seconds: Int) async throws(Failure) {
        let (processID, readiness) = (processID, readiness)
        let result: Result<Void, Failure> = await withCheckedContinuation { done in
            let thread = Thread {
                defer { close(readiness) }
                var poller = pollfd(fd: readiness, events: Int16(POLLIN), revents: 0)
                var byte: UInt8 = 0
                let deadline = ContinuousClock.now + .seconds(seconds)
                var status: CInt
                repeat {
                    let left = (deadline - ContinuousClock.now).components
                    status = unsafe poll(
                        &poller, 1, CInt(max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000)))
                } while status < 0 && errno == EINTR
                guard status > 0 else {
                    _ = kill(processID, SIGKILL)
                    waitpid(processID, nil, 0)
                    return done.resume(
                        returning: .failure(Failure(description: "the new process wasn't ready within \(seconds) s")))
                }
                guard unsafe read(readiness, &byte, 1) == 1 else {
                    var code: CInt = 0
                    unsafe waitpid(processID, &code, 0)
                    let how = code & 0x7f == 0 ? "with status \((code >> 8) & 0xff)" : "by signal \(code & 0x7f)"
                    return done.resume(
                        returning: .failure(
                            Failure(description: "the new process ended \(how); its reason stands above")))
                }
                done.resume(returning: .success(()))
            }
            thread.name = "successor"
            thread.start()
        }
        try result.get()
    }
}
