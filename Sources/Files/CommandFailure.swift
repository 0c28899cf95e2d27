import Foundation

/// Why a command could not do its work, in one line that names what and where.
package struct CommandFailure: Error, Hashable {
    /// The line, without the command's own name.
    package let message: String

    /// A failure in words of the command's own.
    package init(_ message: String) { self.message = message }

    /// A failure of the file system, and the file that is at fault.
    package init(_ error: any Error, at path: String) { message = "\(path): \(error.systemReason)" }
}

extension Error {
    /// What the system said went wrong, without Foundation's frame around it: "Permission denied".
    package var systemReason: String {
        let cause = (self as? CocoaError)?.underlying ?? self
        guard let code = (cause as? POSIXError)?.code else { return cause.localizedDescription }
        return unsafe String(cString: strerror(code.rawValue))
    }
}
