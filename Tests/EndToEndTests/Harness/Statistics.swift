import Foundation
import TestSupport

/// What `stats.listen` of a daemon shows.
struct StatisticsPage {
    let port: UInt16

    init() throws { port = try freePort() }

    /// The line for the daemon's configuration.
    var setting: String { "stats.listen = 127.0.0.1:\(port)" }

    /// A number of the document, by its name.
    subscript(name: String) -> Int {
        get throws {
            let answer = try Client(port).request("GET", "/", ["Host: localhost"])
            let document = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
            guard let number = document?[name] as? Int else { throw DaemonFailure("there is no \(name) in \(answer)") }
            return number
        }
    }
}
