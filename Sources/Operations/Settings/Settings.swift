import Foundation

/// The settings of one `key = value` file, taken out one by one.
///
/// Whoever knows the keys takes each of them with its default and its range, then calls ``finish()``. What is wrong is
/// collected on the way, so that a person sees all of it at once: a value out of range, a key that nobody took, a key
/// given twice. While something is wrong, `take` gives the default.
///
/// A `#` at the start of a line or after a space starts a comment. Relative paths are relative to the file.
package struct Settings: Sendable {
    struct Entry: Sendable {
        let line: Int
        let key: String
        let value: String
    }

    /// The largest file that is read.
    ///
    /// A configuration is a few kB; what is larger is another file by mistake.
    static let greatestFileBytes = 1_000_000

    let file: String
    private let folder: String
    private var entries: [String: Entry] = [:]
    private var taken: [String: Entry] = [:]
    /// The keys that were asked for, in that order; with `HOST` or `NAME` where they differ.
    private(set) var known: [String] = []
    private var problems: [ConfigurationProblem] = []
    private var elsewhere: [ConfigurationProblem] = []
    /// What a person should know, though the start goes on.
    package private(set) var warnings: [ConfigurationProblem] = []

    /// Reads a file.
    ///
    /// - Throws: ``ConfigurationError`` when there is no such file, it can't be read, or it is no text.
    package init(contentsOf path: String) throws(ConfigurationError) {
        func failure(_ reason: String) -> ConfigurationError {
            ConfigurationError([ConfigurationProblem(file: path, line: nil, setting: nil, reason: reason)])
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw failure("can't be read: \(unsafe String(cString: strerror(errno)))")
        }
        let data: Data
        do { data = try handle.read(upToCount: Self.greatestFileBytes + 1) ?? Data() } catch {
            throw failure("can't be read: is it a folder?")
        }
        guard data.count <= Self.greatestFileBytes else {
            throw failure("is no configuration: larger than \(ByteCount(Self.greatestFileBytes))")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw failure("is no text in UTF-8")
        }
        self.init(text, file: path, folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Reads settings from a text.
    ///
    /// - Parameters:
    ///   - text: The lines.
    ///   - file: The name for messages.
    ///   - folder: What relative paths are relative to.
    package init(_ text: String, file: String, folder: String = ".") {
        (self.file, self.folder) = (file, folder)
        // Some editors of other systems begin a file with a mark that can't be seen.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            read(line, number: index + 1)
        }
    }

    private mutating func read(_ line: Substring, number: Int) {
        var start = line.startIndex  // where a comment starts, if one does
        while start < line.endIndex {
            if line[start] == "#", start == line.startIndex || line[line.index(before: start)].isWhitespace { break }
            start = line.index(after: start)
        }
        let content = line[..<start].trimmed
        if content.isEmpty { return }
        func problem(_ reason: String) {
            let setting: String?
            if let equals = content.firstIndex(of: "=") {
                let key = content[..<equals].trimmed
                setting = (Self.isSecret(key) ? Substring(key) : content).printable
            } else {
                // What has no key may be a line of another file, such as a private key: it is not for a log.
                setting = content.allSatisfy(\.isKeyCharacter) ? content.printable : nil
            }
            problems.append(.init(file: file, line: number, setting: setting, reason: reason))
        }
        guard content == content.printable else { return problem("has a character that can't be seen; remove it") }
        guard let equals = content.firstIndex(of: "=") else { return problem("use key = value") }
        let key = String(content[..<equals].trimmed)
        guard !key.isEmpty, !key.contains(where: \.isWhitespace) else { return problem("use key = value") }
        if let first = entries[key] { return problem("is given twice; the first is in line \(first.line)") }
        entries[key] = Entry(line: number, key: key, value: String(content[content.index(after: equals)...].trimmed))
    }

    /// Takes what the file says for `key`, and makes the key known.
    mutating func take(_ key: String) -> Entry? {
        known.append(key)
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        taken[key] = entry
        return entry
    }

    /// Takes a key of which nothing depends, and which nobody needs to hear of.
    ///
    /// - Returns: Whether it is there.
    mutating func takeUnlisted(_ key: String) -> Bool {
        guard let entry = entries.removeValue(forKey: key) else { return false }
        taken[key] = entry
        return true
    }

    /// Whether no message shows a key's value.
    private static func isSecret(_ key: some StringProtocol) -> Bool { key.hasSuffix(".token") }

    /// Takes every setting whose key starts with `prefix`, goes on, and ends with `suffix`; in the order of the file.
    ///
    /// Take the exact keys that look so before.
    mutating func takeAll(prefix: String, name: String, suffix: String = "") -> [Entry] {
        known.append(prefix + name + suffix)
        let found = entries.values.filter {
            $0.key.hasPrefix(prefix) && $0.key.hasSuffix(suffix)
                && $0.key.utf8.count > prefix.utf8.count + suffix.utf8.count
        }
        for entry in found {
            entries[entry.key] = nil
            taken[entry.key] = entry
        }
        return found.sorted { $0.line < $1.line }
    }

    /// Whether the file gave a value, an empty one included, for a key that was taken before.
    package func gives(_ key: String) -> Bool { taken[key] != nil }

    /// The settings that were taken whose key starts with `prefix`, in the order of the file.
    func values(prefix: String) -> [(key: String, value: String)] {
        taken.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.line < $1.line }.map { ($0.key, $0.value) }
    }

    /// Refuses the value of a key that was taken before, or says that it is missing.
    package mutating func refuse(_ key: String, _ reason: String) { problems.append(problem(key, reason)) }

    /// Adds what is wrong in a file that this one names.
    mutating func refuse(_ error: ConfigurationError) { elsewhere += error.problems }

    /// Warns of a key that was taken before.
    package mutating func warn(_ key: String, _ reason: String) { warnings.append(problem(key, reason)) }

    private func problem(_ key: String, _ reason: String) -> ConfigurationProblem {
        let entry = taken[key]
        if Self.isSecret(key) { return .init(file: file, line: entry?.line, setting: key, reason: reason) }
        let setting = entry.map { $0.value.isEmpty ? "\(key) =" : "\(key) = \($0.value)" }
        return .init(file: file, line: entry?.line, setting: setting ?? key, reason: reason)
    }

    /// The path that `value` names: relative to the folder of the file.
    func path(_ value: String) -> String { value.hasPrefix("/") ? value : "\(folder)/\(value)" }

    /// Ends the taking.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong, unknown keys included.
    package consuming func finish() throws(ConfigurationError) {
        for entry in entries.values {
            let near = known.nearest(to: entry.key).map { "; is \($0) meant?" } ?? ""
            problems.append(
                .init(file: file, line: entry.line, setting: entry.key, reason: "there is no such setting\(near)"))
        }
        problems.sort { ($0.line ?? .max, $0.description) < ($1.line ?? .max, $1.description) }
        if !(problems + elsewhere).isEmpty { throw ConfigurationError(problems + elsewhere) }
    }
}

extension Character {
    /// Whether it may stand in a key, or between words: no lines of base64 have such only.
    fileprivate var isKeyCharacter: Bool {
        "a"..."z" ~= self || "0"..."9" ~= self || self == "." || self == "_" || self == "-" || isWhitespace
    }
}

extension StringProtocol {
    /// Without the spaces around it.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}
