import Crypto
import Foundation

/// The tokens that are not used up yet, in a file beside the authority that only its owner reads.
///
/// A line for each: the SHA-256 of the secret in hexadecimal, the second since 1970 in which it expires, and the names that it
/// is good for. Several processes may use the file at once: each holds a lock on the folder meanwhile.
struct TokenFile: Sendable {
    /// The most tokens that may be outstanding.
    static let greatestCount = 1000

    private let folder: String
    private var path: String { "\(folder)/tokens" }

    init(folder: String) { self.folder = folder }

    private struct Entry {
        let hash: [UInt8]
        let expires: Int
        let names: [String]

        init(hash: [UInt8], expires: Int, names: [String]) {
            (self.hash, self.expires, self.names) = (hash, expires, names)
        }

        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count >= 3, let expires = Int(words[1]), words[0].utf8.count == 2 * SHA256.byteCount else {
                return nil
            }
            let digits = words[0].compactMap(\.hexDigitValue)
            guard digits.count == 2 * SHA256.byteCount else { return nil }
            hash = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            (self.expires, names) = (expires, words.dropFirst(2).map(String.init))
        }

        var line: String {
            let digits = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "\(digits) \(expires) \(names.joined(separator: " "))\n"
        }
    }

    /// Keeps a token; those that have expired go.
    func add(_ token: ActivationToken, names: [CertificateName], expires: Date, now: Date) throws(CredentialError) {
        try change(now: now) { entries throws(CredentialError) in
            guard entries.count < Self.greatestCount else {
                throw CredentialError("\(path): \(entries.count) tokens wait to be used, and there may be no more")
            }
            entries.append(
                Entry(
                    hash: Array(token.hash), expires: Int(expires.timeIntervalSince1970),
                    names: names.map(\.description)))
        }
    }

    /// Uses a token up.
    ///
    /// - Returns: The names that it is good for; `nil` where it isn't known, has expired, or was used before.
    func redeem(_ token: ActivationToken, now: Date) throws(CredentialError) -> [String]? {
        let hash = token.hash
        var names: [String]?
        try change(now: now) { entries throws(CredentialError) in
            // Each is compared, and each in the same time: `==` of a digest takes no longer for a near miss.
            let matches = entries.map { hash == $0.hash }
            guard let place = matches.firstIndex(of: true) else { return }
            names = entries.remove(at: place).names
        }
        return names
    }

    private func change(
        now: Date, _ body: (inout [Entry]) throws(CredentialError) -> Void
    ) throws(CredentialError) {
        let lock = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw CredentialError("\(folder): \(Self.words(errno))") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw CredentialError("\(folder): can't be locked: \(Self.words(errno))") }
        }
        var entries = try read().filter { $0.expires > Int(now.timeIntervalSince1970) }
        try body(&entries)
        try write(entries.map(\.line).joined())
    }

    private func read() throws(CredentialError) -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CredentialError("\(path): can't be read")
        }
        var entries: [Entry] = []
        for (index, line) in String(decoding: data, as: UTF8.self).split(separator: "\n").enumerated() {
            guard let entry = Entry(line) else {
                throw CredentialError("\(path):\(index + 1): is damaged; remove the file, and make new tokens")
            }
            entries.append(entry)
        }
        return entries
    }

    /// Whole or not at all: a token that was used up must stay so if the machine stops here.
    private func write(_ text: String) throws(CredentialError) {
        try WholeFile.write(text, to: path, mode: 0o600, replacing: true)
    }

    private static func words(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
