package import NIOCore

/// How long to wait before the next attempt to open a connection: longer each time, and never in step with others.
package struct BackOff: Sendable {
    /// The first pause, and the longest: whoever comes back is found within two seconds.
    private static let firstPause = 0.1, longestPause = 1.0
    private var failures = 0

    package init() {}

    /// An attempt failed: the pause before the next one.
    ///
    /// - Returns: Half to one and a half times 0.1 s, 0.2 s and so on, up to 1 s: all who lose a peer at once shall not all
    ///   come back at once.
    package mutating func pause() -> TimeAmount {
        let pause = min(Self.longestPause, Self.firstPause * Double(1 << min(failures, 16)))
        failures += 1
        return .milliseconds(Int64(pause * Double.random(in: 0.5...1.5) * 1000))
    }

    /// An attempt succeeded.
    package mutating func reset() { failures = 0 }
}
