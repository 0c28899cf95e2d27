import Foundation
import Measuring

/// The program xdelta3, for the sizes of its deltas.
///
/// Debian ships no library of it, and the time of a process says nothing about the coder, so that isn't measured.
struct XDelta3 {
    let name = "xdelta3 -9"
    private let program: URL
    private let folder: URL

    /// Finds the program; `nil` where it isn't installed.
    init?(folder: URL) {
        let folders = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin"].split(separator: ":")
        let candidates = folders.map { URL(filePath: String($0)).appending(path: "xdelta3") }
        guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
        else { return nil }
        (self.program, self.folder) = (program, folder)
    }

    /// Codes a pair, decodes it, compares, and returns the delta's length in bytes.
    func deltaBytes(_ pair: PagePair) throws -> Int {
        let files = ["base", "target", "delta", "page"].map { folder.appending(path: $0) }
        let (base, target, delta, page) = (files[0], files[1], files[2], files[3])
        try Data(pair.base).write(to: base)
        try Data(pair.target).write(to: target)
        // Without checksum, application header and second compressor: the smallest header that it can write.
        try run(["-e", "-f", "-9", "-S", "none", "-n", "-A", "-s", base.path, target.path, delta.path])
        try run(["-d", "-f", "-s", base.path, delta.path, page.path])
        guard try [UInt8](Data(contentsOf: page)) == pair.target else {
            throw CodecFailure(name, "decoded something else")
        }
        return try Data(contentsOf: delta).count
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        (process.executableURL, process.arguments) = (program, arguments)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CodecFailure(name, "exit status \(process.terminationStatus)")
        }
    }
}
