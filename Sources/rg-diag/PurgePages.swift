import ArgumentParser
import Diagnosis
import Operations

/// Has a daemon forget pages.
struct PurgePages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Have a daemon forget the pages that it keeps: all, one site's, or one page. Do it at both ends.")

    @Option(
        help: ArgumentHelp("The daemon's configuration, for its control.socket.", valueName: "file"),
        completion: .file())
    var config: String?
    @Option(help: ArgumentHelp("Its control.socket.", valueName: "path"), completion: .file())
    var socket: String?
    @Option(help: ArgumentHelp("Only pages of this host, or of HOST:PORT.", valueName: "host"))
    var site: String?
    @Option(help: ArgumentHelp("Only this page; with * at its end, all that begin so.", valueName: "url"))
    var page: String?

    func validate() throws {
        if (config == nil) == (socket == nil) { throw ValidationError("name either --config or --socket") }
        if site != nil, page != nil { throw ValidationError("name either --site or --page") }
        if let site, PurgeScope(site: site) == nil { throw ValidationError("\(site) is no HOST or HOST:PORT") }
        if let page, PurgeScope(page: page) == nil {
            throw ValidationError("\(page) is no http://HOST/PATH or https://HOST/PATH")
        }
    }

    func run() throws {
        let scope = site.flatMap { PurgeScope(site: $0) } ?? page.flatMap { PurgeScope(page: $0) } ?? .all
        for line in try Purge(socket: socket ?? Purge.socket(in: config!), scope: scope).run() { print(line) }
    }
}
