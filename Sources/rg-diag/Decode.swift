import ArgumentParser
import HTTPRules

/// Says in words what a `Railgun` header tells.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain the value of a Railgun header.",
        discussion: """
              rg-diag decode "00e95b1c46 0.29 0.037872 0x33 1.0.0"
            """)

    @Argument(help: "The value, in quotes; or the whole line, as curl -i shows it.")
    var value: String

    func run() throws {
        // A whole line, as curl prints it, is as good.
        let isLine = value.lowercased().hasPrefix("railgun:")
        let text = (isLine ? value.dropFirst(8) : value[...]).drop { $0 == " " }.prefix { !$0.isNewline }
        print(try RailgunHeader(parsing: String(text)).describe)
    }
}
