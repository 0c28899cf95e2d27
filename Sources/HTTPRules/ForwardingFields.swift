package import NIOHTTP1

/// What a hop adds to requests and answers, so that origins know the client and loops are seen.
package struct ForwardingFields: Sendable {
    /// How this hop signs in Via: a token, for instance `railgun`.
    package let pseudonym: String
    /// The most times that one request may pass this hop.
    package static let maxPasses = 8

    /// What Via says of this hop, by the version in which a message came.
    private let signatures: (http2: String, http10: String, http11: String)

    package init(pseudonym: String) {
        self.pseudonym = pseudonym
        signatures = ("2 " + pseudonym, "1.0 " + pseudonym, "1.1 " + pseudonym)
    }

    /// Adds X-Forwarded-For, -Proto, -Host, Forwarded (RFC 7239) and Via to `request`.
    ///
    /// - `clientAddress`: The address without a port; for IPv6 without brackets.
    /// - `trustsClient`: The client is a proxy of ours. Then the lists that it sent grow at their end, as RFC 7239 says, and its
    ///   X-Forwarded-Proto and -Host stay. What any other client claims is dropped, but for Via, which is what shows loops.
    /// - Returns: A refusal if the request has been here too often; then nothing was added.
    package func add(
        to request: inout ForwardedRequest, clientAddress: String, trustsClient: Bool = false
    ) -> Refusal? {
        var lists = (forwardedFor: "", forwarded: "", via: "")
        var (proto, host): (String?, String?)
        var kept: [(String, String)] = []
        kept.reserveCapacity(request.fields.count + 5)
        for (name, value) in request.fields {
            switch name.utf8.count {
            case 3 where name.equalsIgnoringCase("via"): lists.via.appendMember(value)
            case 9 where name.equalsIgnoringCase("forwarded"): lists.forwarded.appendMember(value)
            case 15 where name.equalsIgnoringCase("x-forwarded-for"): lists.forwardedFor.appendMember(value)
            case 16 where name.equalsIgnoringCase("x-forwarded-host"): host = value
            case 17 where name.equalsIgnoringCase("x-forwarded-proto"): proto = value
            default: kept.append((name, value))
            }
        }
        if !trustsClient { (lists.forwardedFor, lists.forwarded, proto, host) = ("", "", nil, nil) }
        guard passes(in: lists.via) < Self.maxPasses else {
            return Refusal(
                .loopDetected, "this request came by here \(Self.maxPasses) times: two proxies ask each other")
        }
        lists.forwardedFor.appendMember(clientAddress)
        lists.forwarded.appendMember(forwardedElement(request, clientAddress))
        lists.via.appendMember(signature(request.version))
        kept.append(("X-Forwarded-For", lists.forwardedFor))
        kept.append(("X-Forwarded-Proto", proto ?? request.scheme.rawValue))
        let askedHost = host ?? request.authority
        if !askedHost.isEmpty { kept.append(("X-Forwarded-Host", askedHost)) }
        kept.append(("Forwarded", lists.forwarded))
        kept.append(("Via", lists.via))
        request.fields = HTTPHeaders(kept)
        return nil
    }

    /// Adds Via to an answer.
    ///
    /// - `version`: The version in which the answer came.
    package func addVia(toAnswer fields: inout HTTPHeaders, version: HTTPVersion) {
        fields.add(name: "Via", value: signature(version))
    }

    private func signature(_ version: HTTPVersion) -> String {
        switch (version.major, version.minor) {
        case (2, _): signatures.http2
        case (_, 0): signatures.http10
        default: signatures.http11
        }
    }

    private func passes(in via: String) -> Int {
        guard !via.isEmpty else { return 0 }
        return listMembers(via).count { $0.split(separator: " ").dropFirst().first.map { $0 == pseudonym } ?? false }
    }

    private func forwardedElement(_ request: ForwardedRequest, _ address: String) -> String {
        var element = "for="
        element.reserveCapacity(address.utf8.count + request.authority.utf8.count + 32)
        if address.utf8.contains(UInt8(ascii: ":")) {
            element += "\"["
            element += address
            element += "]\""
        } else {
            element += address
        }
        element += ";proto="
        element += request.scheme.rawValue
        guard !request.authority.isEmpty else { return element }
        element += ";host="
        // A checked authority holds no quote and no backslash, so quoting it is enough.
        let isToken = request.authority.utf8.allSatisfy { $0.isTokenByte }
        if !isToken { element += "\"" }
        element += request.authority
        if !isToken { element += "\"" }
        return element
    }
}

extension String {
    fileprivate mutating func appendMember(_ member: String) {
        if isEmpty { self = member } else { self += ", " + member }
    }
}
