import Foundation

/// Tells the person at the terminal what goes on: standard output carries results only.
package func printProgress(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}

/// Why a benchmark doesn't start, in one line.
package struct Refusal: Error, CustomStringConvertible {
    /// The line.
    package let description: String

    /// Refuses.
    package init(_ description: String) { self.description = description }
}
