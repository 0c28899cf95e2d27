import ArgumentParser
import NIOCore
import NIOPosix
import Operations
import Release
import Sender

/// Reads the configuration, and runs until it is told to stop.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the sender.")

    @Option(
        name: [.long, .customLong("config", withSingleDash: true)],
        help: ArgumentHelp("The configuration; docs/configuration.md tells its keys.", valueName: "file"),
        completion: .file())
    var config = "/etc/railgun/rg-sender.conf"

    @Flag(help: "Only check the configuration and all certificates: exit code 0 where they are right.")
    var check = false

    func run() async throws {
        let configuration = try SenderConfiguration(Settings(contentsOf: config))
        let log = try DaemonLog("rg-sender", configuration.log, warnings: configuration.warnings)
        defer { log.output.close() }
        MemoryAllocator.keepLargeBlocks()
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: System.coreCount * configuration.process.threadsPerCore)
        let statistics = Statistics(role: "rg-sender", version: ProjectVersion.current, group: group)
        let sender = try SenderService(
            configuration, version: ProjectVersion.current, group: group, statistics: statistics, log: log)
        if check { return print("\(config): all well") }
        try await Daemon.run(
            services: statistics.services(configuration.statistics, pages: sender.pages, log: log, group: group),
            work: [sender], settings: configuration.process, logger: log.logger)
    }
}
