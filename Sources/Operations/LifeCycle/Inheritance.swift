import Foundation

/// What a process was given by the one that started it: listening sockets, and, where it is to replace a running daemon, a
/// pipe to say that it is ready, and the locked PID file.
///
/// Sockets come from systemd (`LISTEN_PID` and `LISTEN_FDS`, as sd_listen_fds(3) tells) or from the process that upgrades
/// itself (``environmentKey``).
package struct Inheritance: Sendable, Equatable {
    /// Listening sockets, in the order in which they came.
    package var sockets: [CInt] = []
    /// Takes one byte when this process is ready; `nil` where nobody waits.
    package var readiness: CInt?
    /// The PID file of the process that this one replaces, open and locked.
    package var pidFile: CInt?

    /// The first descriptor that is handed over; those before are standard input, output and error.
    static let firstDescriptor: CInt = 3
    /// More would be a mistake, or an attack on the environment.
    static let greatestCount = 64
    /// Descriptors from here on are never where one is handed over.
    static let firstSpareDescriptor = firstDescriptor + CInt(greatestCount) + 2
    /// `SOCKETS PIDFILE`: how many sockets come, and 1 where the PID file comes too; the pipe is between both.
    static let environmentKey = "RAILGUN_UPGRADE"

    /// A process that was given nothing.
    package init() {}

    /// Reads what an environment says.
    init(environment: [String: String], processID: pid_t) {
        if let words = environment[Self.environmentKey]?.split(separator: " ").map({ wholeNumber($0) }),
            words.count == 2, let count = words[0], let hasPIDFile = words[1], count <= Self.greatestCount
        {
            sockets = Self.descriptors(count)
            let pipe = Self.firstDescriptor + CInt(count)
            readiness = pipe
            if hasPIDFile == 1 { pidFile = pipe + 1 }
        } else if environment["LISTEN_PID"].flatMap({ wholeNumber($0) }) == Int(processID),
            let count = environment["LISTEN_FDS"].flatMap({ wholeNumber($0) }), count <= Self.greatestCount
        {
            sockets = Self.descriptors(count)
        }
    }

    private static func descriptors(_ count: Int) -> [CInt] { (0..<count).map { firstDescriptor + CInt($0) } }

    /// Takes what this process was given, where that is there; what it starts itself later is not given the same again.
    package static func take() -> Inheritance {
        var inherited = Inheritance(environment: ProcessInfo.processInfo.environment, processID: getpid())
        inherited.sockets.removeAll { fcntl($0, F_GETFD) < 0 }
        for key in keys { unsafe unsetenv(key) }
        // Also what this process was given and didn't ask for.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let descriptor = CInt(name), descriptor >= firstDescriptor else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        return inherited
    }

    /// What in an environment concerns one process only.
    static let keys = [environmentKey, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
}
