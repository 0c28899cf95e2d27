import ArgumentParser
import Diagnosis

/// Shows what the store of a daemon holds.
struct ShowStore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Show which pages a daemon holds to compare new ones with.")

    @Argument(help: "Its statistics, as stats.listen names them: http://127.0.0.1:24089/.")
    var url: String

    func run() async throws {
        for line in try await StoreCheck(url).run() { print(line) }
    }
}
