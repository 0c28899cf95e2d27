/// What concerns the process: `cpu.oversubscribe`, `drain.timeout`, `pid.file`, `memory.limit`, `user`,
/// `control.socket`.
package struct ProcessSettings: Equatable, Sendable {
    /// `cpu.oversubscribe`: event loops for each core.
    package var threadsPerCore: Int
    /// `drain.timeout`: how long requests under way may take after a stop was asked for.
    package var drainTimeout: Duration
    /// `memory.limit`: the memory that the process shall stay below, in bytes; 0 for any.
    package var memoryBytes: Int
    /// `pid.file`: where the number of the process is written.
    package var pidFile: String?
    /// `control.socket`: the path of a socket where the process takes commands; `nil` for none.
    package var controlSocket: String?
    /// `user`: whom the process becomes where root starts it.
    package var user: ServiceUser?

    init(_ settings: inout Settings) {
        threadsPerCore = settings.take("cpu.oversubscribe", default: 1, in: 1...16)
        drainTimeout = settings.take("drain.timeout", default: .seconds(30), in: .seconds(0) ... .seconds(3600))
        memoryBytes = settings.takeBytes("memory.limit", default: 0, in: 0...1_000_000_000_000)
        pidFile = settings.takePath("pid.file")
        controlSocket = settings.takePath("control.socket")
        // A new one gets its place under another name first.
        let maxPathBytes = UnixSocket.maxPathBytes - ".4194304".utf8.count
        if let controlSocket, controlSocket.utf8.count > maxPathBytes {
            settings.refuse(
                "control.socket", "use a path of up to \(maxPathBytes) bytes, as long as the system takes one")
        }
        user = settings.takeUnlessEmpty(
            "user", expected: "NAME or NAME:GROUP, of a user on this machine who is not root", parse: ServiceUser.init)
    }
}
