import Exchange
import HTTPRules
import NIOCore
import NIOHTTP1

/// The page that a client gets where there is no answer to pass on: what happened, and what to check.
struct ErrorPage {
    let status: HTTPResponseStatus
    /// One sentence for the visitor.
    let summary: String
    /// What happened, for who runs the site.
    let detail: String
    /// What to look at, for who runs the site.
    let advice: String

    init(_ failure: ExchangeFailure) {
        switch failure.cause {
        case .badRequest:
            self.init(
                400, "This request cannot be answered.", failure.message, "The request itself is at fault.")
        case .origin:
            self.init(
                502, "The web server of this site could not be reached.", failure.message,
                "Check that the origin server runs, and that railgun-nat.conf and DNS name its address on rg-listener's machine."
            )
        case .badAnswer:
            self.init(
                502, "The web server of this site sent an answer that cannot be understood.", failure.message,
                "Ask the origin directly with curl -v from rg-listener's machine, and look at its error log.")
        case .originTimeout:
            self.init(
                504, "The web server of this site took too long to answer.", failure.message,
                "Look at the load of the origin; lan.timeout in railgun.conf says how long rg-listener waits.")
        case .link:
            self.init(
                527, "The connection to the web server of this site is interrupted.", failure.message,
                "Check that rg-listener runs and that port 2408 is open to this machine: rg-diag link HOST:2408 tells what is wrong."
            )
        case .overloaded:
            self.init(
                503, "This site has more visitors than it can answer right now.", failure.message,
                "Try again in a moment. If it stays, look at the load of rg-listener and of the origin.")
        }
    }

    init(_ refusal: Refusal) {
        self.init(
            Int(refusal.status.code), "This request cannot be answered.", refusal.reason,
            "The request itself is at fault; nothing of it went to the site.")
    }

    private init(_ status: Int, _ summary: String, _ detail: String, _ advice: String) {
        self.status = Self.status(status)
        self.summary = summary
        self.detail = detail
        self.advice = advice
    }

    private static func status(_ code: Int) -> HTTPResponseStatus {
        code == 527
            ? .custom(code: 527, reasonPhrase: "Railgun Link Error") : HTTPResponseStatus(statusCode: code)
    }

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
                <footer>\(title) · rg-sender</footer>
                </html>

                """)
        let fields: HTTPHeaders = [
            "Content-Type": "text/html; charset=utf-8", "Content-Length": String(body.readableBytes),
            "Cache-Control": "no-store",
        ]
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
