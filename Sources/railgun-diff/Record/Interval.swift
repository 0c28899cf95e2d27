import ArgumentParser
import Reports

/// A length of time as a person types it: "90s", "5m", "1h"; a bare number is seconds.
struct Interval: ExpressibleByArgument, Hashable {
    let duration: Duration

    init(seconds: Int) { duration = .seconds(seconds) }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let factors = ["": 1.0, "s": 1, "m": 60, "min": 60, "h": 3600]
        guard let number = Double(digits), let factor = factors[String(argument.dropFirst(digits.count))],
            number * factor < 1e8
        else { return nil }
        duration = .seconds(number * factor)
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
