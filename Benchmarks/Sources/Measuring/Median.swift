import Glibc

extension [Double] {
    /// The value in the middle, or between the two there; not a number where there is none.
    package var median: Double {
        guard !isEmpty else { return .nan }
        let sorted = self.sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }

    /// The geometric mean; not a number where there is no value.
    package var geometricMean: Double { exp(reduce(0) { $0 + log($1) } / Double(count)) }
}
