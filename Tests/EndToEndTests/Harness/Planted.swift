import Foundation
import TestSupport

/// Secrets that tests have clients and origins send; no log may hold one, at any level.
enum Planted {
    /// What all of them have in common, in lower case: logs are searched for it.
    private static let mark = "plantedsecret"

    /// A secret, named after where it stands.
    static func secret(_ place: String) -> String { "\(mark)-\(place)" }

    /// What of a text is a secret: planted ones, and lines of the private keys in a folder.
    static func found(in text: String, keysIn folder: URL) -> [String] {
        let text = text.lowercased()
        let lines = text.split(separator: "\n").filter { $0.contains(mark) }.map(String.init)
        return lines + keyLines(in: folder).filter { text.contains($0.lowercased()) }
    }

    private static func keyLines(in folder: URL) -> [String] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "key" }.flatMap { file in
            ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
                .filter { $0.count >= 20 && !$0.hasPrefix("-----") }
        }
    }
}
