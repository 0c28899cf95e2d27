internal import NIOHTTP1

/// One walk over a request's fields: what goes on, and what was for this hop.
struct RequestFields {
    var kept: [(String, String)] = []
    private(set) var hosts: [String] = []
    private(set) var connection = ConnectionOptions()
    private(set) var acceptsTrailers = false
    private var isTraced = false
    private var expect: String?
    private var upgrades: [String] = []

    init(_ fields: HTTPHeaders, version: HTTPVersion) throws(Refusal) {
        kept.reserveCapacity(fields.count + 4)  // room for what the way to the origin adds
        for (name, value) in fields {
            if let hop = HopField(name) {
                try take(hop, value, version: version)
                continue
            }
            switch name.utf8.count {
            case 4 where name.equalsIgnoringCase("host"): hosts.append(value)
            case 6 where name.equalsIgnoringCase("expect"): expect = expect.map { $0 + "," + value } ?? value
            case 14 where name.equalsIgnoringCase("content-length"): break  // the framing says it
            default:
                if TraceContext.isField(name) { isTraced = true }
                kept.append((name, value))
            }
        }
        for name in connection.named where Self.isForAll(name) {
            throw Refusal(.badRequest, "Connection names \(name), which is not for one connection only")
        }
        if !connection.named.isEmpty { kept.removeAll { connection.names($0.0) } }
    }

    private mutating func take(_ hop: HopField, _ value: String, version: HTTPVersion) throws(Refusal) {
        switch hop {
        case .te where listMembers(value).contains { $0.equalsIgnoringCase("trailers") }: acceptsTrailers = true
        case .te: break
        case _ where version.major == 2:
            throw Refusal(.badRequest, "HTTP/2 has no fields for a connection (RFC 9113, 8.2.2)", closes: false)
        case .connection: connection.add(value)
        case .upgrade: upgrades += listMembers(value).map(String.init)
        case .other: break
        }
    }

    /// Fields by which a later hop finds the site, the body or the user: whoever names them wants them gone on the way.
    private static func isForAll(_ name: String) -> Bool {
        switch name {
        case "host", "content-length", "transfer-encoding", "cookie", "authorization", "via", "forwarded", "expect",
            "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "range", "cache-control":
            true
        default: false
        }
    }

    /// Whether the client waits for a 100; a client of HTTP/1.0 can't understand one.
    func wants100(version: HTTPVersion, body: BodyFraming) throws(Refusal) -> Bool {
        guard let expect, version >= .http1_1 else { return false }
        guard expect.equalsIgnoringCase("100-continue") else {
            throw Refusal(.expectationFailed, "the only expectation understood here is 100-continue")
        }
        return body != .none && body != .length(0)
    }

    /// Continues the trace that the request belongs to; costs nothing where it belongs to none.
    mutating func takeTrace() -> TraceContext? { isTraced ? TraceContext.settle(in: &kept) : nil }

    /// The first protocol that may be tunnelled.
    ///
    /// Another HTTP in a tunnel would escape all these rules (h2c smuggling), and TLS inside of the connection would
    /// too.
    var safeUpgrade: String? {
        upgrades.first { protocolName in
            let name = protocolName.lowercased()
            return !["h2", "h3", "http", "tls"].contains { name.hasPrefix($0) }
        }
    }

    /// Counts one hop down in Max-Forwards and says what it was; nil if there is none.
    mutating func takeMaxForwards() throws(Refusal) -> Int? {
        guard let position = kept.firstIndex(where: { $0.0.equalsIgnoringCase("max-forwards") }) else { return nil }
        guard kept[position].1.utf8.allSatisfy(\.isDigit), let hops = Int(kept[position].1) else {
            throw Refusal(.badRequest, "Max-Forwards is not a number")
        }
        if hops > 0 { kept[position].1 = String(hops - 1) }
        return hops
    }
}
