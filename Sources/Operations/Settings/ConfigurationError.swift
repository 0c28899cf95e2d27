/// Everything that keeps a configuration from being used, in the order of its lines.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    /// What is wrong; never empty.
    package let problems: [ConfigurationProblem]

    /// Creates an error of one problem or more.
    package init(_ problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "an error says what is wrong")
        self.problems = problems
    }

    /// One line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that a person should know of a configuration file: an error that stops the start, or a warning.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file as the person named it.
    package let file: String
    /// Counted from 1; `nil` for what is missing or concerns the whole file.
    package let line: Int?
    /// The setting as it stands in the file, `lan.timeout = 3O s`, or only its key; `nil` for the whole file.
    package let setting: String?
    /// What is wrong, and what would be right.
    package let reason: String

    /// One line: `railgun.conf:12: lan.timeout = 3O s: use 1 s … 3600 s`.
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return [place, setting, reason].compactMap(\.self).joined(separator: ": ")
    }
}
