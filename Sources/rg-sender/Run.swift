import ArgumentParser
import Dashboard
import NIOCore
import NIOPosix
import Operations
import Release
import Sender

/// Reads the configuration, and runs until it is told to stop.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the sender.")

    @Option(
        name: [.long, .customLong("config", withSingleDash: true)],
        help: ArgumentHelp("The configuration; docs/configuration.md tells its keys.", valueName: "file"),
        completion: .file())
    var config = "/etc/railgun/rg-sender.conf"

    @Flag(help: "Only check the configuration and all certificates: exit code 0 where they are right.")
    var check = false

    func run() throws { try Daemon.live { try await live() } }

    private func live() async throws {
        let inherited = Daemon.begin()
        let configuration = try SenderConfiguration(Settings(contentsOf: config))
        let sockets = ListeningSockets(inherited.sockets)
        try sockets.giveUpRoot(for: configuration.process.user, opening: check ? [] : configuration.listening)
        let log = try DaemonLog("rg-sender", configuration.log, warnings: configuration.warnings)
        defer { log.output.close() }
        MemoryAllocator.keepLargeBlocks()
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: System.coreCount * configuration.process.threadsPerCore)
        let statistics = Statistics(
            role: "rg-sender", version: ProjectVersion.current, group: group, settings: configuration.statistics)
        let sender = try SenderService(
            configuration, version: ProjectVersion.current, group: group, sockets: sockets, statistics: statistics,
            log: log)
        if check {
            for warning in sender.warnings { log.logger.warning("\(warning)") }
            return print("\(config): all well")
        }
        let shown = try await statistics.services(
            pages: sender.pages, sockets: sockets, log: log, group: group)
        var services = shown.services
        if let path = configuration.process.controlSocket {
            services.append(
                try await ControlSocket(
                    at: path, replaces: inherited.readiness != nil, group: group, logger: log.logger,
                    purge: sender.purge))
        }
        try await Daemon.run(
            Daemon.Plan(
                services: services, work: [sender] + shown.work, settings: configuration.process, inherited: inherited,
                sockets: sockets, logger: log.logger
            ) {
                let configuration = try SenderConfiguration(Settings(contentsOf: config))
                let reopen = try log.output.reopening(configuration.log)
                let update = try sender.reloading(configuration)
                // All could be read: from here on nothing fails.
                reopen()
                statistics.settings = configuration.statistics
                return Reload(
                    process: configuration.process, warnings: configuration.warnings, pending: await update())
            })
    }
}
