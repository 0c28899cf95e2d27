import Release

import Files
import ArgumentParser
import DeltaEngine
import Foundation
import Reports

@main
struct RailgunDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "railgun-diff",
        abstract: "See what sending only the difference between versions of a page would save.",
        discussion: """
            Dynamic pages change little from one visit to the next. With real pages of your site, in two steps \
            and without installing anything on a server:

              railgun-diff record https://www.example.org/ --count 20 --out site
              railgun-diff corpus site --html report.html
            """,
        version: ProjectVersion.current,
        subcommands: [Diff.self, Apply.self, Explain.self, Corpora.self, Record.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Terminal.standardError.write("railgun-diff: \(failure.message)\n")
            Foundation.exit(1)
        } catch {
            exit(withError: error)  // usage, --help and --version are ArgumentParser's
        }
    }
}

extension CommandFailure {
    /// A failure of the delta engine, and the file that is at fault.
    init(_ error: DeltaError, at path: String) { self.init("\(path): \(error)") }
}

extension DeltaLevel: ExpressibleByArgument {}
