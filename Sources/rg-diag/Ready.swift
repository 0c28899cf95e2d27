import ArgumentParser
import Diagnosis

/// Tells whether a daemon can take requests.
struct Ready: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether a daemon can take requests; for health checks of containers and scripts.",
        discussion: "Exits with 0 when it can. Otherwise it exits with 1, and says why.")

    @Argument(help: "Its statistics, as stats.listen names them: http://127.0.0.1:24089/.")
    var url: String

    func run() async throws { print(try await ReadyCheck(url).run()) }
}
