extension Array<String> {
    /// The name that a person may have meant with `word`: at most a third of its letters differ.
    func nearest(to word: String) -> String? {
        let word = word.lowercased()
        let (name, distance) =
            self.map { ($0, editDistance([UInt8]($0.utf8), [UInt8](word.utf8))) }
            .min { $0.1 < $1.1 } ?? ("", .max)
        return distance <= Swift.max(1, Swift.min(name.utf8.count, word.utf8.count) / 3) ? name : nil
    }
}

/// How many letters have to be inserted, removed or replaced to get from one word to the other (Wagner–Fischer).
private func editDistance(_ from: [UInt8], _ to: [UInt8]) -> Int {
    var row = Array(0...to.count)
    for (i, a) in from.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in to.enumerated() {
            let replaced = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
        }
    }
    return row[to.count]
}
