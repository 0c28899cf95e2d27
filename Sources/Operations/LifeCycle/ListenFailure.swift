import Foundation
import NIOCore

/// Why a daemon can't listen where its configuration says: names the setting.
package struct ListenFailure: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String

    /// Does `body`, which begins to listen; what the system says against it is told with the setting's name.
    package static func naming<Result: Sendable>(
        _ setting: String, _ address: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do { return try await body() } catch let error as IOError {
            let why = unsafe String(cString: strerror(error.errnoCode))
            let hint =
                switch error.errnoCode {
                case EADDRINUSE: "; does another process listen there, or this one already?"
                case EADDRNOTAVAIL: "; this machine has no such address"
                case EACCES: "; ports below 1024 need the right to use them"
                default: ""
                }
            throw ListenFailure(description: "\(setting) = \(address): \(why)\(hint)")
        }
    }
}
