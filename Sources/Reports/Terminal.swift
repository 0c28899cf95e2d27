import Foundation

/// One of the process's output streams, and what is known of the terminal behind it.
package struct Terminal: Sendable {
    /// Where data goes.
    package static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
    /// Where progress and messages go.
    package static let standardError = Terminal(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    /// Whether a person sees this stream at once.
    package let isInteractive: Bool
    /// How text is to look on this stream.
    package let style: TerminalStyle

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        let environment = ProcessInfo.processInfo.environment
        isInteractive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        // https://no-color.org: any value but an empty one.
        style = TerminalStyle(isEnabled: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty)
    }

    /// The width in columns; 80 where nothing tells.
    package var columns: Int {
        var size = winsize()
        if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) ?? 80
    }

    /// Writes text as it is; a reader that went away is not an error of ours.
    package func write(_ text: String) {
        try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(text.utf8))
    }
}
