import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1

/// The page that a client gets where there is no answer to pass on: what happened, and what to check.
///
/// Anyone may read it. So it names no address behind the sender, but the line of the log that does.
struct ErrorPage {
    let status: HTTPResponseStatus
    /// One sentence for the visitor.
    let summary: String
    /// What happened.
    let detail: String
    /// What to look at, for who runs the site.
    let advice: String
    /// The host that was asked for; empty where none is known.
    let site: String
    /// Which line of the log tells more.
    let number: String

    /// What stands on the page and in the log, for one to find the other: 12 digits by chance.
    static func newNumber() -> String { String(UInt64.random(in: 1 << 44..<1 << 48), radix: 16) }

    init(_ failure: ExchangeFailure, site: String, number: String) {
        let text: (summary: String, detail: String, advice: String) =
            switch failure.cause {
            case .badRequest:
                (
                    "This request cannot be answered.", "The request breaks the rules of HTTP.",
                    "The request itself is at fault; the site was not asked."
                )
            case .origin:
                (
                    "The web server of this site could not be reached.",
                    "It took no connection, or closed it before its answer was complete.",
                    "Check that the origin server runs, and that railgun-nat.conf and DNS name its address on rg-listener's machine."
                )
            case .badAnswer:
                (
                    "The web server of this site sent an answer that cannot be understood.",
                    "The answer breaks the rules of HTTP, so nothing of it was passed on.",
                    "Ask the origin with curl -v from rg-listener's machine, and look at its error log."
                )
            case .originTimeout:
                (
                    "The web server of this site took too long to answer.", "Its answer did not come in time.",
                    "Look at the load of the origin; lan.timeout in railgun.conf says how long rg-listener waits."
                )
            case .link:
                (
                    "The connection to the web server of this site is interrupted.",
                    "The link between the two servers that carry this site broke, or could not be opened. It is opened anew all the time: try again in a moment.",
                    "Check that rg-listener runs and that its port, usually 2408, is open to this machine. rg-diag link HOST:2408 tells what is wrong."
                )
            case .overloaded:
                (
                    "This site has more visitors than it can answer right now.",
                    "As many requests are under way as the link takes. Try again in a moment.",
                    "If it stays, look at the load of rg-listener and of the origin."
                )
            }
        let advice = "\(text.advice) The log of rg-sender tells more: look for \(number)."
        self.init(failure.cause.status, text.summary, text.detail, advice, site, number)
    }

    init(_ refusal: Refusal, site: String, number: String) {
        let summary = "This request cannot be answered."
        let code = Int(refusal.status.code)
        let reason = refusal.reason.prefix(1).uppercased() + refusal.reason.dropFirst() + "."
        switch refusal.status {
        case .misdirectedRequest:
            self.init(
                code, "This server does not know this site.", reason,
                "Name the site in rg-sender.conf: site.HOST, or site.default for all hosts.", site, number)
        case .requestTimeout:
            self.init(
                code, summary, reason,
                "The client sent too slowly; client.body.timeout and client.body.rate in rg-sender.conf say what is enough.",
                site, number)
        case .payloadTooLarge:
            self.init(
                code, "This request is too large.", reason,
                "client.body.size in rg-sender.conf says how much may be sent.", site, number)
        case .serviceUnavailable:
            self.init(
                code, "This site has more visitors than it can answer right now.", reason,
                "Try again in a moment. If it stays, look at the load of rg-sender, of rg-listener and of the origin.",
                site, number)
        case .requestHeaderFieldsTooLarge:
            self.init(
                code, summary, reason,
                "Most often cookies have grown too large: to remove those of this site in the browser helps.", site,
                number)
        case .loopDetected:
            self.init(
                code, summary, reason,
                "Check where DNS and railgun-nat.conf lead: the origin's address must not be that of rg-sender.", site,
                number)
        default:
            self.init(
                code, summary, reason, "The request itself is at fault; nothing of it went to the site.", site, number)
        }
    }

    private init(
        _ status: Int, _ summary: String, _ detail: String, _ advice: String, _ site: String, _ number: String
    ) {
        self.status = Self.status(status)
        (self.summary, self.detail, self.advice) = (summary, detail, advice)
        (self.site, self.number) = (site, number)
    }

    private static func status(_ code: Int) -> HTTPResponseStatus {
        code == 527
            ? .custom(code: 527, reasonPhrase: "Railgun Link Error") : HTTPResponseStatus(statusCode: code)
    }

    /// When who got a 503 is asked to come again.
    private static let retrySeconds = 5

    /// The page, and the fields that describe it.
    var response: (head: HTTPResponseHead, body: ByteBuffer) {
        let title = "\(status.code) \(status.reasonPhrase)"
        let body = ByteBuffer(
            string: """
                <!DOCTYPE html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>\(title)</title>
                <style>
                body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 12vh auto; padding: 0 1rem; color: #222; background: #fff }
                h1 { font-size: 1.4rem; margin: 0 0 .5rem } dt { font-weight: 600; margin-top: 1rem } dd { margin: 0; overflow-wrap: anywhere }
                footer { margin-top: 3rem; color: #666; font-size: .85rem }
                @media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } footer { color: #999 } }
                </style>
                <h1>\(summary)</h1>
                <dl>
                <dt>What happened</dt><dd>\(Self.escaped(detail))</dd>
                <dt>For who runs this site</dt><dd>\(Self.escaped(advice))</dd>
                </dl>
                <footer>\(title)\(site.isEmpty ? "" : " · " + Self.escaped(site)) · rg-sender \(number)</footer>
                </html>

                """)
        var fields: HTTPHeaders = [
            "Content-Type": "text/html; charset=utf-8", "Content-Length": String(body.readableBytes),
            "Cache-Control": "no-store",
        ]
        if status == .serviceUnavailable { fields.add(name: "Retry-After", value: "\(Self.retrySeconds)") }
        return (HTTPResponseHead(version: .http1_1, status: status, headers: fields), body)
    }

    /// Text as HTML shows it: a message may hold what a client or an origin sent.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
