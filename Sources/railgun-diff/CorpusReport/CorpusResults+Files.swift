import Foundation

extension CorpusResults {
    /// The rows as a JSON array.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(rows) + Data("\n".utf8)
    }

    /// The rows as CSV (RFC 4180, with a header).
    var csv: String {
        let header = [
            "folder", "base", "target", "targetBytes", "gzipBytes", "gzipMicroseconds", "level", "deltaBytes", "ratio",
            "indexMicroseconds", "encodeMicroseconds", "decodeMicroseconds",
        ]
        let lines = rows.map { row in
            [
                row.folder, row.base, row.target, "\(row.targetBytes)", "\(row.gzipBytes)", "\(row.gzipMicroseconds)",
                row.level, "\(row.deltaBytes)", row.ratio.map { "\($0)" } ?? "", "\(row.indexMicroseconds)",
                "\(row.encodeMicroseconds)", "\(row.decodeMicroseconds)",
            ]
        }
        return ([header] + lines)
            .map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { [",", "\"", "\r", "\n"].contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
