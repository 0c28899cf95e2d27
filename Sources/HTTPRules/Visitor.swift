internal import Crypto
import NIOHTTP1

/// Who asks, as far as a request says it; found once for each request.
package enum Visitor: Hashable, Sendable {
    /// Nobody in particular: neither credentials, nor a cookie that could tell him from others.
    case unknown
    /// A keyed hash over all that identifies him.
    case known(UInt64)
}

/// Finds who asks.
struct VisitorRules: Sendable {
    let key: SymmetricKey
    let ignored: IgnoredCookies

    /// Who sends these fields.
    ///
    /// Cost: one look at each name where there is nothing to see, and no allocation; about 2 µs for a known visitor.
    func visitor(of request: HTTPHeaders) -> Visitor {
        // A letter and an end of line around each value, which no value holds: no two visitors read the same.
        var identity: [UInt8] = []
        for (name, value) in request {
            switch name.utf8.count {
            case 6 where name.equalsIgnoringCase("cookie"): append(cookies: value, to: &identity)
            case 13 where name.equalsIgnoringCase("authorization"): append("a", value, to: &identity)
            case 9 where name.equalsIgnoringCase("x-api-key"): append("k", value, to: &identity)
            case 12 where name.equalsIgnoringCase("x-auth-token"): append("t", value, to: &identity)
            case 14 where name.equalsIgnoringCase("x-access-token"): append("s", value, to: &identity)
            default: continue
            }
        }
        return identity.isEmpty ? .unknown : .known(hash(identity))
    }

    private func append(_ kind: Character, _ value: String, to identity: inout [UInt8]) {
        identity.append(kind.asciiValue!)
        identity.append(contentsOf: value.utf8)
        identity.append(UInt8(ascii: "\n"))
    }

    /// Adds the cookies that tell visitors apart, one by one: HTTP/2 may split the field, and nobody is another one by that.
    private func append(cookies value: String, to identity: inout [UInt8]) {
        var rest = value.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            let pair = rest[..<end].drop { $0 == 0x20 || $0 == 0x09 }
            rest = rest[end...].dropFirst()
            guard !pair.isEmpty, !ignored.contains(pair.prefix { $0 != UInt8(ascii: "=") }) else { continue }
            identity.append(UInt8(ascii: "c"))
            identity.append(contentsOf: pair)
            identity.append(UInt8(ascii: "\n"))
        }
    }

    /// The hash that a class is named after.
    func hash(_ identity: [UInt8]) -> UInt64 {
        HMAC<SHA256>.authenticationCode(for: identity, using: key).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether a `Set-Cookie` makes a page one visitor's.
    func marksVisitor(setCookie value: String) -> Bool {
        !ignored.contains(trimmed(value.prefix { $0 != "=" && $0 != ";" }).utf8)
    }
}
