import Foundation

/// Turns Ctrl-C, and a service manager's request to end, into the cancellation of a task.
struct Interruption {
    private let sources: [any DispatchSourceSignal]

    init(cancelling task: Task<Void, any Error>) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
    }

    /// From here on, signals do nothing.
    func end() { for source in sources { source.cancel() } }
}
