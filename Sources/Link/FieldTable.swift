import NIOCore

/// The fields that both ends of a lane remember, as the end that writes heads knows them (RFC 7541, section 2.3).
///
/// Finding a field takes one look into a hash table, however many are remembered.
struct FieldTable {
    struct Field: Hashable {
        var name: String
        var value: String
    }

    /// Fields and names by where they are: a negative number for the static table, else how many were remembered before.
    private var fields = staticFields
    private var names = staticNames
    /// What is remembered, the oldest first.
    private var remembered = CircularBuffer<(field: Field, wireName: String)>()
    private var forgottenCount = 0
    private var bytes = 0
    private let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// The number that names a field, where it is known just so.
    func index(of field: Field) -> Int? { fields[field].map(index) }

    /// The number of a field with this name; `name` in lower case.
    func index(ofName name: String) -> Int? { names[name].map(index) }

    private func index(_ place: Int) -> Int {
        place < 0 ? -place : Self.staticCount + forgottenCount + remembered.count - place
    }

    /// Whether a field fits in.
    func hasRoom(for field: Field) -> Bool { Self.bytes(of: field) <= maxBytes }

    /// Remembers a field, which ``hasRoom(for:)``; the oldest ones make room.
    ///
    /// It is found again as it is written here. `wireName` is its name in lower case.
    mutating func remember(_ field: Field, wireName: String) {
        let size = Self.bytes(of: field)
        while bytes + size > maxBytes { forgetOldest() }
        bytes += size
        let place = forgottenCount + remembered.count
        remembered.append((field, wireName))
        fields[field] = place
        if names[wireName, default: 0] >= 0 { names[wireName] = place }
    }

    private mutating func forgetOldest() {
        let (field, wireName) = remembered.removeFirst()
        if fields[field] == forgottenCount { fields[field] = nil }
        if names[wireName] == forgottenCount { names[wireName] = nil }
        forgottenCount += 1
        bytes -= Self.bytes(of: field)
    }

    private static func bytes(of field: Field) -> Int { field.name.utf8.count + field.value.utf8.count + 32 }

    // MARK: the static table

    private static let staticCount = staticEntries.count
    private static let staticFields = Dictionary(
        uniqueKeysWithValues: staticEntries.enumerated().map { (Field(name: $1.0, value: $1.1), -1 - $0) })
    private static let staticNames = Dictionary(
        staticEntries.enumerated().map { ($1.0, -1 - $0) }, uniquingKeysWith: { first, _ in first })

    /// RFC 7541, appendix A.
    private static let staticEntries: [(String, String)] = [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
        (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
        (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
        ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""),
        ("cache-control", ""), ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""),
        ("content-length", ""), ("content-location", ""), ("content-range", ""), ("content-type", ""),
        ("cookie", ""), ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""),
        ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
        ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""),
        ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""),
        ("retry-after", ""), ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""),
        ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ]
}
