package import Credentials
import Foundation

/// Certificates and keys that are refused although their authority is trusted: `peer.refused.file`.
///
/// One a line: a serial in hexadecimal, or a pin, `sha256/…`. A `#` starts a comment.
package struct RefusedPeers: Equatable, Sendable {
    /// The file, for messages; `nil` where there is none, and nobody is refused.
    package private(set) var file: String?
    private var serials: Set<String> = []
    private var pins: Set<String> = []

    /// The largest file that is read: some 25,000 serials.
    static let greatestFileBytes = 1_000_000

    /// Refuses nobody.
    package init() {}

    /// Reads a file.
    ///
    /// - Throws: Which line isn't right. A file that can't be read whole is none: nobody slips through for a typing error.
    package init(contentsOf path: String) throws(PEMFailure) {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw PEMFailure(path, "can't be read") }
        let data: Data
        // An empty file gives `nil`.
        do { data = try handle.read(upToCount: Self.greatestFileBytes + 1) ?? Data() } catch {
            throw PEMFailure(path, "can't be read: is it a folder?")
        }
        guard data.count <= Self.greatestFileBytes else {
            throw PEMFailure(path, "is longer than \(Self.greatestFileBytes) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw PEMFailure(path, "is no text in UTF-8") }
        try self.init(text, file: path)
    }

    init(_ text: String, file: String) throws(PEMFailure) {
        self.file = file
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let word = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            if word.isEmpty { continue }
            if word.count == 1, let pin = KeyPin(word[0]) {
                pins.insert(pin.description)
            } else if word.count == 1, let serial = CertificateSerial(word[0]) {
                serials.insert(serial.description)
            } else {
                throw PEMFailure(
                    "\(file):\(index + 1)", "use one serial in hexadecimal, such as 0A1B2C, or one sha256/PIN a line")
            }
        }
    }

    /// Whether a certificate, or its key, is one of them.
    package func contains(_ peer: CertificateSummary) -> Bool {
        serials.contains(peer.serial) || pins.contains(peer.pin)
    }
}
