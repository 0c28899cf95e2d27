package import Crypto
package import NIOHTTP1

/// Whose page an answer is: a page of one class is never a base for a page of another.
package enum PageClass: Hashable, Sendable {
    case shared
    /// A keyed hash over what identifies the user: Authorization and Cookie.
    case user(UInt64)

    /// As a store names it: 0 for the shared class, which no user's hash may be.
    package var number: UInt64 {
        switch self {
        case .shared: 0
        case .user(let hash): max(hash, 1)
        }
    }
}

/// Which answers may be kept as bases for deltas, and for whom.
///
/// Nothing is ever answered from a base, so `no-store` and `private` don't forbid one in memory. They do say that the length
/// of a delta must not tell one user about another's page: such answers form a class for each user.
package struct BaseRules: Sendable {
    /// Sizes in bytes, as the origin made the page; smaller ones gain nothing, larger ones stream.
    package let bodyBytes: ClosedRange<Int>
    /// The site says `delta = shared`: its users' pages may be bases for one another.
    package let sharesUserPages: Bool
    private let key: SymmetricKey
    /// The class of who sends neither a cookie nor credentials.
    private let nobodysHash: UInt64

    /// Shorter bodies are not worth a delta: it would save some 200 bytes of the 400 that an exchange takes at least, and
    /// cost more processor time than all else that both ends do for it (docs/numbers.md).
    package static let smallestPageBytes = 512

    /// - `key`: Made anew by each process: a class means nothing outside of it.
    package init(
        bodyBytes: ClosedRange<Int> = smallestPageBytes...250_000, sharesUserPages: Bool = false, key: SymmetricKey
    ) {
        self.bodyBytes = bodyBytes
        self.sharesUserPages = sharesUserPages
        self.key = key
        nobodysHash = Self.userHash([:], key: key)
    }

    /// Whether answers to this request may be bases at all, as far as it can be seen before one comes.
    package static func mayHaveBase(method: HTTPMethod, request fields: HTTPHeaders) -> Bool {
        method == .GET && !fields.contains(name: "range")
    }

    /// Whether this answer may be a base: a whole 200 of a text kind, neither too small nor too large.
    ///
    /// - `bytes`: The body's length, decoded; nil while it isn't known: then ask again at its end.
    package func mayBeBase(
        method: HTTPMethod, request: HTTPHeaders, status: HTTPResponseStatus, answer: HTTPHeaders, bytes: Int?
    ) -> Bool {
        guard status == .ok, Self.mayHaveBase(method: method, request: request) else { return false }
        if let bytes, !bodyBytes.contains(bytes) { return false }
        var isText = false
        for (name, value) in answer {
            switch name.utf8.count {
            case 12 where name.equalsIgnoringCase("content-type"):
                let type = MediaType(contentType: value)
                isText = type.isText && !type.isEventStream
            case 13 where name.equalsIgnoringCase("content-range"): return false
            case 16 where name.equalsIgnoringCase("content-encoding"):
                guard value.equalsIgnoringCase("identity") else { return false }
            default: continue
            }
        }
        return isText
    }

    /// Whose page this is.
    ///
    /// Cost: under 1 µs for shared pages, about 2 µs for a user's.
    package func pageClass(request: HTTPHeaders, answer: HTTPHeaders) -> PageClass {
        if sharesUserPages { return .shared }
        let isUsers = request.contains(name: "authorization") || answer.contains(where: Self.marksUser)
        return isUsers ? .user(Self.userHash(request, key: key)) : .shared
    }

    /// The class that answers to this request have if they are made for one user.
    ///
    /// Cost: about 2 µs with cookies.
    package func userClass(request: HTTPHeaders) -> PageClass {
        if sharesUserPages { return .shared }
        let names = ["cookie", "authorization"]
        return .user(
            names.contains(where: { request.contains(name: $0) }) ? Self.userHash(request, key: key) : nobodysHash)
    }

    private static func marksUser(name: String, value: String) -> Bool {
        switch name.utf8.count {
        case 10 where name.equalsIgnoringCase("set-cookie"): true
        case 13 where name.equalsIgnoringCase("cache-control"):
            // `private="set-cookie"` names fields only, but the page is then made for one user as well.
            listMembers(value).contains { member in
                let directive = member.prefix { $0 != "=" }
                return directive.equalsIgnoringCase("private") || directive.equalsIgnoringCase("no-store")
            }
        default: false
        }
    }

    private static func userHash(_ request: HTTPHeaders, key: SymmetricKey) -> UInt64 {
        var hash = HMAC<SHA256>(key: key)
        for (name, value) in request {
            // A letter and an end of line around each value, which no value holds: no two requests read the same.
            if name.equalsIgnoringCase("cookie") {
                hash.update(data: Array("c\(value)\n".utf8))
            } else if name.equalsIgnoringCase("authorization") {
                hash.update(data: Array("a\(value)\n".utf8))
            }
        }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
