import ArgumentParser
import Reports

/// A number of bytes as a person types it: "5000", "64kB", "256MB", "1GB".
struct ByteCount: ExpressibleByArgument, Hashable {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let factors = ["": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000]
        let unit = argument.dropFirst(digits.count).trimmingPrefix(" ").lowercased()
        guard let number = Int(digits), let factor = factors[unit] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, bytes > 0 else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { Quantity.bytes(bytes).replacing(" ", with: "") }
}
