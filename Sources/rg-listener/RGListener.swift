import Activation
import ArgumentParser
import Dashboard
import Listener
import NIOCore
import NIOPosix
import Operations
import Release

/// The command: reads its configuration, and runs until it is told to stop.
@main
struct RGListener: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rg-listener",
        abstract: "Answers the requests of rg-sender beside your origin: asks the origin, and sends what changed.",
        version: "rg-listener \(ProjectVersion.current)")

    @Option(
        name: [.long, .customLong("config", withSingleDash: true)],
        help: ArgumentHelp("The configuration; docs/configuration.md tells its keys.", valueName: "file"),
        completion: .file())
    var config = "/etc/railgun/railgun.conf"

    @Flag(help: "Only check the configuration and all certificates: exit code 0 where they are right.")
    var check = false

    static func main() {
        // As the original wrote it.
        main(CommandLine.arguments.dropFirst().map { $0 == "-version" ? "--version" : $0 })
    }

    func run() throws { try Daemon.live { try await live() } }

    private func live() async throws {
        let inherited = Daemon.begin()
        let configuration = try ListenerConfiguration(Settings(contentsOf: config))
        let sockets = ListeningSockets(inherited.sockets)
        try sockets.giveUpRoot(for: configuration.process.user, opening: check ? [] : configuration.listening)
        let log = try DaemonLog("rg-listener", configuration.log, warnings: configuration.warnings)
        defer { log.output.close() }
        if check, configuration.awaitsActivation {
            return print("\(config): all well, but for certificates, which the start fetches with the token")
        }
        if let news = try await ListenerActivation.run(configuration) { log.logger.notice("\(news)") }
        MemoryAllocator.keepLargeBlocks()
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: System.coreCount * configuration.process.threadsPerCore)
        let statistics = Statistics(
            role: "rg-listener", version: ProjectVersion.current, group: group, settings: configuration.statistics)
        let listener = try ListenerService(
            configuration, version: ProjectVersion.current, group: group, sockets: sockets, statistics: statistics,
            log: log)
        if check {
            for warning in listener.warnings { log.logger.warning("\(warning)") }
            return print("\(config): all well")
        }
        let shown = try await statistics.services(
            pages: listener.pages, sockets: sockets, log: log, group: group)
        var services = shown.services
        if let path = configuration.process.controlSocket {
            services.append(
                try await ControlSocket(
                    at: path, replaces: inherited.readiness != nil, group: group, logger: log.logger,
                    purge: listener.purge))
        }
        try await Daemon.run(
            Daemon.Plan(
                services: services, work: [listener] + shown.work, settings: configuration.process,
                inherited: inherited,
                sockets: sockets, logger: log.logger
            ) {
                let configuration = try ListenerConfiguration(Settings(contentsOf: config))
                let reopen = try log.output.reopening(configuration.log)
                let update = try listener.reloading(configuration)
                // All could be read: from here on nothing fails.
                reopen()
                statistics.settings = configuration.statistics
                return Reload(
                    process: configuration.process, warnings: configuration.warnings, pending: await update())
            })
    }
}
