import Exchange
import HTTPRules
import NIOHTTP1
import Testing

@testable import Sender

struct ErrorPageTests {
    @Test(arguments: [
        (ExchangeFailure.Cause.badRequest, 400), (.origin, 502), (.badAnswer, 502), (.originTimeout, 504), (.link, 527),
        (.overloaded, 503),
    ])
    func eachCauseHasItsStatus(cause: ExchangeFailure.Cause, code: Int) {
        let page = ErrorPage(ExchangeFailure(cause, "192.0.2.1 is down"), site: "www.example.org", number: "17")
        #expect(Int(page.status.code) == code && cause.status == code)
        let text = String(buffer: page.response.body)
        #expect(!text.contains("192.0.2.1"), "addresses are for the log")
        #expect(text.contains("www.example.org · rg-sender 17") && page.advice.contains("17"))
    }

    @Test func aPageTellsItsLengthAndIsNotKept() {
        let (head, body) = ErrorPage(ExchangeFailure(.link, "no link to “a”"), site: "a", number: "17").response
        #expect(head.headers["content-length"] == [String(body.readableBytes)])
        #expect(head.headers["cache-control"] == ["no-store"])
        #expect(head.status.reasonPhrase == "Railgun Link Error")
        #expect(String(buffer: body).contains("<title>527 Railgun Link Error</title>"))
    }

    @Test func whatAClientSentIsNoHTML() {
        let page = ErrorPage(Refusal(.badRequest, "<script>&\"x\"</script>"), site: "<b>", number: "17").response
        let text = String(buffer: page.body)
        #expect(text.contains("&lt;script&gt;&amp;&quot;x&quot;&lt;/script&gt;") && !text.contains("<script>"))
        #expect(text.contains("&lt;b&gt;") && !text.contains("<b>"))
    }
}
