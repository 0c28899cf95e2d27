import Exchange
import Hummingbird
import NIOCore
package import Operations
import Reports

/// What `stats.listen` answers, by path.
package struct Routes: Sendable {
    /// Comparing two versions of a page takes a moment of a processor: so many at a time.
    private let comparisons = Places(2)
    private let pages: [String: StatisticsPage]
    private let source: DashboardSource
    private let names: @Sendable () -> [String]
    let watchers: Watchers

    /// Describes what is answered.
    ///
    /// - Parameters:
    ///   - pages: Answers by path: "/metrics".
    ///   - source: What the dashboard shows.
    ///   - names: By which names the port may be asked, beside its address.
    ///   - interval: How often those who watch get news.
    package init(
        pages: [String: StatisticsPage], source: DashboardSource, names: @escaping @Sendable () -> [String] = { [] },
        interval: Duration = .seconds(2)
    ) {
        (self.pages, self.source, self.names) = (pages, source, names)
        watchers = Watchers(every: interval) { OverviewPage(await source.overview()).fragments }
    }

    func router() -> Router<StatisticsContext> {
        let router = Router(context: StatisticsContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AccessGuard(paths: (pages.keys + ["/dashboard"]).sorted(), names: names))
        for (path, page) in pages {
            router.get(RouterPath(path)) { request, _ in
                if path == "/", Self.wantsHTML(request.headers[.accept]) { return Self.toDashboard }
                let answer = await page()
                var response = Response(
                    status: .init(code: answer.status), headers: [.contentType: answer.type],
                    body: .init(byteBuffer: ByteBuffer(bytes: answer.bytes)))
                if path == "/" { response.headers[.vary] = "Accept" }
                return response
            }
        }
        router.get("/dashboard") { [source] _, _ in Self.html(OverviewPage(await source.overview()).html) }
        router.get("/dashboard/pages/:id") { _, context in await change(context.parameters.get("id")) }
        router.get("/dashboard/events") { _, context in events(context.channel) }
        router.head("/dashboard/events") { _, _ in Response(status: .ok, headers: Self.eventFields) }
        for asset in Asset.all {
            router.get(RouterPath(asset.path)) { _, _ in
                Response(
                    status: .ok,
                    // Its address changes with what it holds.
                    headers: [.contentType: asset.type, .cacheControl: "max-age=31536000, immutable"],
                    body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
            }
        }
        return router
    }

    /// Whether somebody would rather see a page than JSON.
    static func wantsHTML(_ accept: String?) -> Bool {
        guard let accept = accept?.lowercased(), let html = accept.range(of: "text/html") else { return false }
        guard let json = accept.range(of: "application/json") else { return true }
        return html.lowerBound < json.lowerBound
    }

    private static let toDashboard = Response(
        status: .seeOther, headers: [.location: "/dashboard", .vary: "Accept"])

    private static func html(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: html.source)))
    }

    private func change(_ text: String?) async -> Response {
        guard let id = text.flatMap(Int.init), let change = await source.change(id) else {
            return Self.html(ChangePage.gone, status: .notFound)
        }
        guard comparisons.take() else {
            return Self.html(ChangePage.busy, status: .serviceUnavailable)
        }
        defer { comparisons.free() }
        guard let page = try? ChangePage(change) else { return Self.html(ChangePage.gone, status: .notFound) }
        return Self.html(page.html)
    }

    private static let eventFields: HTTPFields = [.contentType: "text/event-stream"]

    private func events(_ channel: any Channel) -> Response {
        guard let events = watchers.join(channel) else {
            return .text(.serviceUnavailable, "\(Watchers.most) others watch already.")
        }
        return Response(
            status: .ok, headers: Self.eventFields,
            body: .init { writer in
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                for await event in events { try await writer.write(event) }
                channel.endAfterAnswer()
                try await writer.finish(nil)
            })
    }
}
