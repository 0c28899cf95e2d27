import Files
import Foundation

extension CorpusError {
    /// Runs what reads `url`, and words its error.
    static func reading<Result>(_ url: URL, _ body: () throws -> Result) throws(CorpusError) -> Result {
        do {
            return try body()
        } catch let error as CorpusError {
            throw error
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw exists ? .unreadable(path: url.path, reason: error.systemReason) : .missing(path: url.path)
        }
    }

    /// Runs what writes `url`, and words its error.
    static func writing(_ url: URL, _ body: () throws -> Void) throws(CorpusError) {
        do { try body() } catch { throw .unwritable(path: url.path, reason: error.systemReason) }
    }
}
