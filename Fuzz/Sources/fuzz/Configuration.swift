@testable import Operations

/// Reads a text as each of the files that a person writes: a configuration, or an error that names lines of it.
///
/// The first byte says which file it is. Nothing of what is read is opened, but for the paths that it names.
func testConfiguration(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let text = String(decoding: input.dropFirst(), as: UTF8.self)
    // Names of files would lead out of what is tested.
    guard !text.contains("/") else { return }
    let settings = Settings(text, file: "f", folder: "/nowhere")
    do throws(ConfigurationError) {
        switch first % 3 {
        case 0: _ = try ListenerConfiguration(settings)
        case 1: _ = try SenderConfiguration(settings)
        default: checkMap(try NATMap(settings))
        }
    } catch {
        let lineCount = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
        precondition(!error.problems.isEmpty)
        for problem in error.problems {
            precondition(!problem.reason.isEmpty && !problem.description.isEmpty)
            precondition((1...lineCount).contains(problem.line ?? 1))
        }
    }
}

/// Each line of a map that was read answers for its own host and port.
private func checkMap(_ map: NATMap) {
    for (host, port, line) in map.lines {
        guard let host else { continue }
        let target = map.target(host: host, port: port ?? 80)
        precondition(!target.origins.isEmpty && target.isMapped && !target.isDefault)
        precondition(port == nil || target.origins == line.origins)
    }
}
