import Release

import Files
import ArgumentParser
import Corpus
import Foundation
import Reports

@main
struct RailgunBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "railgun-bench",
        abstract: "Measure the delta engine on versions of real or made-up pages.",
        discussion: """
            Without any data at hand:

              railgun-bench generate --out pages
              railgun-bench run --corpus pages --html report.html
            """,
        version: ProjectVersion.current,
        subcommands: [Run.self, Generate.self, Train.self])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as CommandFailure {
            fail(failure.message)
        } catch let error as CorpusError {
            fail(error.description)
        } catch {
            exit(withError: error)  // usage, --help and --version are ArgumentParser's
        }
    }

    private static func fail(_ message: String) -> Never {
        Terminal.standardError.write("railgun-bench: \(message)\n")
        Foundation.exit(1)
    }
}
