import Files
import Reports

extension FileAccess {
    /// Refuses to fill a person's screen with bytes that aren't text.
    static func checkBinaryOutput(_ path: String) throws {
        if path == "-", Terminal.standardOutput.isInteractive {
            throw CommandFailure("standard output is a terminal, and a delta isn't text: name a file with -o FILE")
        }
    }
}
