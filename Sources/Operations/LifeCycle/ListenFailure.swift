import Foundation
import NIOCore

/// Why a daemon can't listen where its configuration says: names the setting.
package struct ListenFailure: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String

    init(description: String) { self.description = description }

    /// Puts what the system says beside the setting.
    ///
    /// - Parameters:
    ///   - error: What the system says.
    ///   - setting: The key of the configuration.
    ///   - address: Its value.
    ///   - inherited: The address of a socket that the process was given for the same port.
    init(_ error: IOError, setting: String, address: String, inherited: String? = nil) {
        let why = unsafe String(cString: strerror(error.errnoCode))
        let hint =
            switch error.errnoCode {
            case EADDRINUSE where inherited != nil:
                "; this process was given a socket for \(inherited!): both have to name the same address"
            case EADDRINUSE: "; does another process listen there, or this one already?"
            case EADDRNOTAVAIL: "; this machine has no such address"
            case EACCES: "; ports below 1024 need the right to use them"
            default: ""
            }
        description = "\(setting) = \(address): \(why)\(hint)"
    }
}
