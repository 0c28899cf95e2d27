/// One of the origins that a line of the NAT map names: `10.0.0.5:80 weight=3`.
package struct MappedOrigin: Hashable, Sendable {
    /// A name in lower case, or an IP address without brackets.
    package var host: String
    /// `nil` for the port that was asked for.
    package var port: Int?
    /// How many requests it gets beside the others of its line: 1 … 1000.
    package var weight = 1
    /// Whether it is asked only where none of the others is well.
    package var isBackup = false

    /// The most origins in one line.
    static let greatestCount = 64

    package init(host: String, port: Int? = nil, weight: Int = 1, isBackup: Bool = false) {
        (self.host, self.port, self.weight, self.isBackup) = (host, port, weight, isBackup)
    }

    static let expectedList =
        "HOST or HOST:PORT, such as 10.0.0.5 or 127.0.0.1:8080; or up to \(greatestCount) different ones with commas "
        + "between them, each with weight=1 … weight=1000 or backup behind it if need be, but not all of them backups"

    /// Reads the origins of a line; `nil` where they are not right.
    static func list(_ text: String) -> [MappedOrigin]? {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        let origins = items.compactMap(MappedOrigin.init)
        let places = Set(origins.map { MappedOrigin(host: $0.host, port: $0.port) })
        guard origins.count == items.count, places.count == items.count, items.count <= greatestCount,
            origins.contains(where: { !$0.isBackup })
        else { return nil }
        return origins
    }

    private init?(_ text: Substring) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, let name = HostName(String(first)), name.port != 0 else { return nil }
        self.init(host: name.host, port: name.port)
        var hasWeight = false
        for word in words.dropFirst() {
            if word == "backup", !isBackup {
                isBackup = true
            } else if word.hasPrefix("weight="), !hasWeight, let number = wholeNumber(word.dropFirst(7)),
                1...1000 ~= number
            {
                (weight, hasWeight) = (number, true)
            } else {
                return nil
            }
        }
    }
}
