import Foundation
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Testing

@testable import Operations

/// Work that notes what is asked of it, and takes as long to drain as it is told to: where it is stubborn, until it is
/// stopped.
private final class Work: Drainable {
    let name = "work"
    let calls = NIOLockedValueBox<[String]>([])
    private let drainTime: Duration
    private let error: (any Error)?
    private let startTime: Duration
    let isStubborn: Bool
    private let stopped = NIOLockedValueBox<CheckedContinuation<Void, Never>?>(nil)

    init(
        startTime: Duration = .zero, drainTime: Duration = .zero, error: (any Error)? = nil, isStubborn: Bool = false
    ) {
        (self.startTime, self.drainTime, self.error, self.isStubborn) = (startTime, drainTime, error, isStubborn)
    }

    func note(_ call: String) { calls.withLockedValue { $0.append(call) } }

    func start() async throws {
        if let error { throw error }
        note("start")
        if startTime > .zero {
            try await Task.sleep(for: startTime)
            note("started")
        }
    }

    func drain() async {
        note("drain")
        if isStubborn {
            await withCheckedContinuation { ends in stopped.withLockedValue { $0 = ends } }
        } else {
            try? await Task.sleep(for: drainTime)
        }
        note(Task.isCancelled ? "cancelled" : "drained")
    }

    func stop() async {
        note("stop")
        stopped.withLockedValue { $0 }?.resume()
    }

    func started() async throws {
        while calls.withLockedValue({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
    }
}

/// One after another: a source of signals that ends while another one begins may take its signals along.
@Suite(.serialized) struct LifeCycleTests {
    private func group(_ work: Work, timeout: Duration) -> ServiceGroup {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return ServiceGroup(services: [DrainingService(work, timeout: { timeout }, logger: logger)], logger: logger)
    }

    @Test func whatIsUnderWayFinishes() async throws {
        let work = Work(drainTime: .milliseconds(50))
        let group = group(work, timeout: .seconds(60))
        async let running: Void = group.run()
        try await work.started()
        await group.triggerGracefulShutdown()
        try await running
        #expect(work.calls.withLockedValue { $0 } == ["start", "drain", "drained", "stop"])
    }

    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func drainingIsBounded(evenIfItDoesNotHeedItsCancellation isStubborn: Bool) async throws {
        let work = Work(drainTime: .seconds(600), isStubborn: isStubborn)
        let group = group(work, timeout: .milliseconds(50))
        async let running: Void = group.run()
        try await work.started()
        await group.triggerGracefulShutdown()
        try await running
        let calls = work.calls.withLockedValue { $0 }
        #expect(calls.filter { $0 != "cancelled" } == ["start", "drain", "stop"])
    }

    @Test func aServiceThatCantStartEndsTheProcessWithItsReason() async throws {
        struct PortTaken: Error {}
        let work = Work(error: PortTaken())
        var settings = Settings("", file: "f")
        let process = ProcessSettings(&settings)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        await #expect(throws: PortTaken.self) {
            try await Daemon.run(
                Daemon.Plan(work: [work], settings: process, logger: logger) {
                    Reload(process: process, warnings: [], pending: [])
                })
        }
    }

    @Test(.timeLimit(.minutes(5))) func aReloadThatIsAskedForDuringTheStartFollowsIt() async throws {
        _ = signal(SIGHUP, SIG_IGN)  // as Daemon.begin() does
        let work = Work(startTime: .milliseconds(300))
        var settings = Settings("", file: "f")
        let process = ProcessSettings(&settings)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let running = Task {
            try await Daemon.run(
                Daemon.Plan(work: [work], settings: process, logger: logger) {
                    work.note("reload")
                    return Reload(process: process, warnings: [], pending: [])
                })
        }
        try await work.started()
        // Again and again: before the daemon listens for signals, they are ignored.
        while !work.calls.withLockedValue({ $0.contains("reload") }) {
            kill(getpid(), SIGHUP)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(work.calls.withLockedValue { $0.prefix(3) } == ["start", "started", "reload"])
        running.cancel()
        _ = await running.result
    }

    @Test func aProcessIsNotStartedTwice() throws {
        let folder = try TemporaryFolder(["pid": "99999999\n"])  // left behind by a process that was killed
        let first = try PIDFile(folder("pid"))
        #expect(try String(contentsOfFile: folder("pid"), encoding: .utf8) == "\(getpid())\n")
        let error = #expect(throws: PIDFileError.self) { try PIDFile(folder("pid")) }
        #expect(error?.description == "pid.file = \(folder("pid")): process \(getpid()) runs already")
        first.remove()
        #expect(!FileManager.default.fileExists(atPath: folder("pid")))
        #expect(throws: PIDFileError.self) { try PIDFile("/none/pid") }
    }
}
