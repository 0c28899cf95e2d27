import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1
import Operations

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
        var words = FailureWords(failure.cause)
        words.advice += " The log of rg-sender tells more: look for \(number)."
        self.init(failure.cause.status, words, site, number)
    }

    init(_ refusal: Refusal, site: String, number: String) {
        let status = Int(refusal.status.code)
        self.init(status, FailureWords(refused: status, refusal.reason), site, number)
    }

    private init(_ status: Int, _ words: FailureWords, _ site: String, _ number: String) {
        self.status = Self.status(status)
        (summary, detail, advice) = (words.summary, words.detail, words.advice)
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
