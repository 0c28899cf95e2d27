/// Makes text by rules: a rule's name stands for one of its alternatives.
///
/// In an alternative, `{other}` stands for another rule; `other!` is what `other` makes, its first letter capitalised.
struct Grammar: Sendable {
    private let rules: [String: [[Part]]]

    private enum Part: Sendable {
        case text(String)
        case rule(String)
    }

    init(_ rules: [String: [String]]) {
        self.rules = rules.mapValues { $0.map(Self.parse) }
    }

    /// Makes a text that the rule allows.
    func text(_ rule: String, using random: inout SeededGenerator) -> String {
        if rule.hasSuffix("!") {
            let text = text(String(rule.dropLast()), using: &random)
            return text.prefix(1).uppercased() + text.dropFirst()
        }
        guard let alternatives = rules[rule] else { preconditionFailure("no rule \(rule)") }
        return random.pick(alternatives).reduce(into: "") { output, part in
            switch part {
            case .text(let text): output += text
            case .rule(let rule): output += text(rule, using: &random)
            }
        }
    }

    private static func parse(_ alternative: String) -> [Part] {
        alternative.split(separator: "{", omittingEmptySubsequences: false).enumerated().flatMap { index, piece in
            guard index > 0, let end = piece.firstIndex(of: "}") else { return [Part.text(String(piece))] }
            return [.rule(String(piece[..<end])), .text(String(piece[piece.index(after: end)...]))]
        }
    }
}
