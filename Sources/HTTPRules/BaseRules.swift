package import Crypto
package import NIOHTTP1

/// Whose page an answer is: a page of one class is never a base for a page of another.
package enum PageClass: Hashable, Sendable {
    case shared
    /// One visitor's: a keyed hash over what identifies him.
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
/// Nothing is ever answered from a base, so `no-store` and `private` don't forbid one in memory. But the length of a delta
/// tells how alike two pages are. So what may have been made for one visitor forms a class for him alone.
package struct BaseRules: Sendable {
    /// Sizes in bytes, as the origin made the page; smaller ones gain nothing, larger ones stream.
    package let bodyBytes: ClosedRange<Int>
    /// The site says `delta = shared`: its users' pages may be bases for one another.
    package let sharesUserPages: Bool
    private let visitors: VisitorRules
    /// The class of who sends neither a cookie nor credentials.
    private let nobodysHash: UInt64

    /// Shorter bodies are not worth a delta: it would save some 200 bytes of the 400 that an exchange takes at least, and
    /// cost more processor time than all else that both ends do for it (docs/numbers.md).
    package static let smallestPageBytes = 512

    /// - `ignored`: Cookies that tell nobody apart.
    /// - `key`: Made anew by each process: a class means nothing outside of it.
    package init(
        bodyBytes: ClosedRange<Int> = smallestPageBytes...250_000, sharesUserPages: Bool = false,
        ignored: IgnoredCookies = IgnoredCookies(IgnoredCookies.standard)!, key: SymmetricKey
    ) {
        self.bodyBytes = bodyBytes
        self.sharesUserPages = sharesUserPages
        visitors = VisitorRules(key: key, ignored: ignored)
        nobodysHash = visitors.hash([])
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

    /// Who asks; where all share their pages, nobody wants to know.
    ///
    /// Cost: see ``Visitor``; ask once for each request.
    package func visitor(of request: HTTPHeaders) -> Visitor {
        sharesUserPages ? .unknown : visitors.visitor(of: request)
    }

    /// Whose page an answer to a visitor is.
    ///
    /// One visitor's where the answer says so, or where he is known and the answer doesn't say that it is for all.
    ///
    /// - `visitor`: Asked for only where it matters: a page that is for all costs no hash.
    package func pageClass(of visitor: @autoclosure () -> Visitor, answer: HTTPHeaders) -> PageClass {
        if sharesUserPages { return .shared }
        let marks = marks(answer)
        if marks.contains(.oneVisitors) { return userClass(of: visitor()) }
        if marks.contains(.forAll), !marks.contains(.varies) { return .shared }
        let visitor = visitor()
        return visitor == .unknown ? .shared : userClass(of: visitor)
    }

    /// The class that answers to a visitor have if they are made for one visitor.
    package func userClass(of visitor: Visitor) -> PageClass {
        if sharesUserPages { return .shared }
        switch visitor {
        case .unknown: return .user(nobodysHash)
        case .known(let hash): return .user(hash)
        }
    }

    /// What an answer says of whom it is for.
    private struct Marks: OptionSet {
        let rawValue: UInt8
        /// `private`, `no-store`, or a cookie that is set.
        static let oneVisitors = Marks(rawValue: 1)
        /// `public` or `s-maxage`: any cache may give it to anybody.
        static let forAll = Marks(rawValue: 2)
        /// By what identifies a visitor.
        static let varies = Marks(rawValue: 4)
    }

    private func marks(_ answer: HTTPHeaders) -> Marks {
        var marks: Marks = []
        for (name, value) in answer {
            switch name.utf8.count {
            case 4 where name.equalsIgnoringCase("vary"):
                for member in listMembers(value)
                where member.equalsIgnoringCase("cookie") || member.equalsIgnoringCase("authorization")
                    || member == "*"
                { marks.insert(.varies) }
            case 10 where name.equalsIgnoringCase("set-cookie"):
                if visitors.marksVisitor(setCookie: value) { marks.insert(.oneVisitors) }
            case 13 where name.equalsIgnoringCase("cache-control"):
                for directive in listMembers(value) { marks.formUnion(Self.marks(directive)) }
            default: continue
            }
        }
        return marks
    }

    private static func marks(_ directive: Substring) -> Marks {
        // `private="set-cookie"` names fields only, but the page is then made for one visitor as well.
        let name = directive.prefix { $0 != "=" }
        if name.equalsIgnoringCase("private") || name.equalsIgnoringCase("no-store") { return .oneVisitors }
        if name.equalsIgnoringCase("public") { return .forAll }
        // With 0, no cache may give it to anybody without asking.
        guard name.equalsIgnoringCase("s-maxage") else { return [] }
        return directive.dropFirst(name.count).contains { "1"..."9" ~= $0 } ? .forAll : []
    }
}
