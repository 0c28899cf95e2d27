internal import HTTPRules
internal import NIOHTTP1

/// How an answer is framed for its client, and what its head says of that.
struct AnswerFraming {
    private(set) var head: HTTPResponseHead
    private(set) var body: BodyFraming
    private(set) var keepAlive: Bool

    /// - `head`: What is to be said; a Connection field in it may only ask to close.
    /// - `mayKeepAlive`: As far as the request and its body are concerned.
    init(_ head: HTTPResponseHead, to method: HTTPMethod, version: HTTPVersion, mayKeepAlive: Bool) {
        var (length, asksToClose): (Int?, Bool) = (nil, false)
        var kept: [(String, String)] = []
        kept.reserveCapacity(head.headers.count + 2)
        let mayTellLength = !head.status.forbidsBody || head.status == .notModified
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 10 where name.equalsIgnoringCase("connection"):
                if value.equalsIgnoringCase("close") { asksToClose = true }
            case 14 where name.equalsIgnoringCase("content-length"):
                length = Int(value)
                if mayTellLength { kept.append((name, value)) }
            case 17 where name.equalsIgnoringCase("transfer-encoding"): break
            default: kept.append((name, value))
            }
        }
        keepAlive = mayKeepAlive && !asksToClose
        if head.status.forbidsBody || method == .HEAD {
            body = .none
        } else if let length {
            body = .length(length)
        } else if version >= .http1_1 {
            body = .chunked
            kept.append(("Transfer-Encoding", "chunked"))
        } else {
            (body, keepAlive) = (.untilClose, false)
        }
        if head.status.code >= 200 {
            if !keepAlive {
                kept.append(("Connection", "close"))
            } else if version.minor == 0 {
                kept.append(("Connection", "keep-alive"))
            }
        }
        self.head = HTTPResponseHead(version: .http1_1, status: head.status, headers: HTTPHeaders(kept))
    }
}
