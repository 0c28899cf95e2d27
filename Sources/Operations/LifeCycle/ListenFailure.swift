import Foundation
import NIOCore

/// Why a daemon can't listen where its configuration says: names the setting.
package struct ListenFailure: Error, CustomStringConvertible {
    /// One line for a person.
    package let description: String

    init(description: String) { self.description = description }

    /// Puts what the system says beside the setting.
    init(_ error: IOError, setting: String, address: String) {
        let why = unsafe String(cString: strerror(error.errnoCode))
        let hint =
            switch error.errnoCode {
            case EADDRINUSE: "; does another process listen there, or this one already?"
            case EADDRNOTAVAIL: "; this machine has no such address"
            case EACCES: "; ports below 1024 need the right to use them"
            default: ""
            }
        description = "\(setting) = \(address): \(why)\(hint)"
    }
}
