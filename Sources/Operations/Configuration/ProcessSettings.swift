/// What concerns the process: `cpu.oversubscribe`, `drain.timeout`, `pid.file`.
package struct ProcessSettings: Equatable, Sendable {
    /// `cpu.oversubscribe`: event loops for each core.
    package var threadsPerCore: Int
    /// `drain.timeout`: how long requests under way may take after a stop was asked for.
    package var drainTimeout: Duration
    /// `pid.file`: where the number of the process is written.
    package var pidFile: String?

    init(_ settings: inout Settings) {
        threadsPerCore = settings.take("cpu.oversubscribe", default: 1, in: 1...16)
        drainTimeout = settings.take("drain.timeout", default: .seconds(30), in: .seconds(0) ... .seconds(3600))
        pidFile = settings.takePath("pid.file")
    }
}
