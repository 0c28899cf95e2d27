/// What is wrong, and what a person should look at.
package struct DiagnosisFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence: what happened, and where.
    package let what: String
    /// What to check, the likeliest first.
    package let checks: [String]

    package init(_ what: String, check checks: String...) {
        self.what = what
        self.checks = checks
    }

    package var description: String { ([what] + checks.map { "  check: \($0)" }).joined(separator: "\n") }
}
