import Corpus
import Foundation
import Reports
import Synchronization

/// The demo site: answers for paths, of which no two are the same.
final class DemoSite: Sendable {
    struct Answer {
        var status = 200
        var headers: [(String, String)]
        var body: [UInt8]
    }

    private struct State {
        var visits = 0
        var pages: [String: CorpusGenerator.Versions] = [:]
    }

    /// The most visitors whose pages are kept; they all begin anew when one more comes.
    private static let visitorLimit = 200
    private static let marker = [UInt8]("<main id=\"content\">\n".utf8)
    private let seed: UInt64
    private let state = Mutex(State())

    init(seed: UInt64) { self.seed = seed }

    /// Answers a GET.
    ///
    /// - Parameters:
    ///   - target: Path and query, as the request has them.
    ///   - cookies: The request's Cookie field.
    /// - Returns: A page, or that there is none.
    func answer(_ target: String, cookies: String) -> Answer {
        let path = target.prefix { $0 != "?" }
        if path == "/" { return html(index) }
        if path.hasSuffix(".css") { return asset(Self.style, "text/css") }
        if path.hasSuffix(".js") { return asset("", "text/javascript") }
        guard let page = DemoPage.allCases.first(where: { $0.path == path }) else {
            var missing = html("<!DOCTYPE html><title>Not here</title><p>Not here. <a href=\"/\">What there is</a></p>")
            missing.status = 404
            return missing
        }
        if page == .account { return account(cookies) }
        var answer = answer(page, for: "")
        // A page that says so is common to all, also to those who come with a cookie.
        answer.headers.append(("Cache-Control", "public, no-cache"))
        return answer
    }

    private func account(_ cookies: String) -> Answer {
        let held = cookies.firstMatch(of: /(?:^|; *)visitor=([0-9a-f]{16})(?:;|$)/)?.1
        var random = SystemRandomNumberGenerator()
        let visitor = held.map(String.init) ?? String(random.next() | 1 << 63, radix: 16)
        var answer = answer(.account, for: visitor)
        answer.headers.append(("Cache-Control", "private, no-store"))
        if held == nil { answer.headers.append(("Set-Cookie", "visitor=\(visitor); Path=/; HttpOnly; SameSite=Lax")) }
        return answer
    }

    /// The next version of a page, of the visitor's own where there is one.
    private func answer(_ page: DemoPage, for visitor: String) -> Answer {
        let (number, body) = state.withLock { state in
            state.visits += 1
            if state.pages.count > Self.visitorLimit { state.pages.removeAll() }
            let seed = seed ^ (UInt64(visitor, radix: 16) ?? 0)
            // A page is always there: versions have no end.
            let body = state.pages[
                page.rawValue + visitor, default: CorpusGenerator(seed: seed).versions(of: page.kind)
            ]
            .next()!
            return (state.visits, body)
        }
        return Answer(headers: [("Content-Type", page.contentType)], body: marked(body, number, visitor: visitor))
    }

    /// Puts the time on top of a page's content, where it is HTML.
    private func marked(_ body: [UInt8], _ number: Int, visitor: String) -> [UInt8] {
        guard let place = body.firstRange(of: Self.marker) else { return body }
        let greeting = visitor.isEmpty ? "" : " · you are visitor \(visitor)"
        let line = "<p class=\"demo\"><a href=\"/\">All pages</a> · \(Self.time) · request \(number)\(greeting)</p>\n"
        return body[..<place.upperBound] + Array(line.utf8) + body[place.upperBound...]
    }

    private func html(_ source: String) -> Answer {
        Answer(headers: [("Content-Type", "text/html; charset=utf-8")], body: Array(source.utf8))
    }

    private func asset(_ source: String, _ type: String) -> Answer {
        Answer(headers: [("Content-Type", type), ("Cache-Control", "max-age=3600")], body: Array(source.utf8))
    }

    private var index: String {
        let rows = DemoPage.allCases.map { page in
            "<li><a href=\"\(page.path)\">\(page.path)</a><br>\(page.about)</li>\n" as HTML
        }
        return HTMLPage(
            title: "A site that changes all the time",
            lead: "It is \(Self.time). Reload any page: it’s a little different each time, as pages of real sites are.",
            body: HTMLPage.section("Pages", "<ul>\n\(HTML(joining: rows))</ul>\n"), style: "li { margin-block: .6rem }",
            command: "demo-origin"
        ).source
    }

    private static var time: String { Date.now.formatted(date: .omitted, time: .standard) }

    private static let style = """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem }
        .demo { padding: .5rem 1rem; background: #e8f0fe; color: #111; border-radius: .5rem }
        .menu__list, .menu__sub { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0; list-style: none }
        .menu__sub, .skip-link, .ad, img { display: none }
        .site-header__logo svg { height: 3rem }
        article, section { border-top: 1px solid #8884 }

        """
}
