import Foundation
import Hummingbird
import Operations

/// What keeps pages of other sites, which run in a browser near us, from reading along.
///
/// `stats.listen` asks for no password. A page of another site could have its own name lead to this address, and then
/// read all of it in its visitor's browser ("DNS rebinding"): so the name that is asked for has to be one that nobody
/// else can own.
enum AccessRules {
    /// Whether a request's Host may be answered: an address, this machine's own name, or one of `stats.names`.
    ///
    /// - Parameters:
    ///   - host: The field of the request; what sends none is no browser.
    ///   - names: The setting.
    /// - Returns: `false` for a name that somebody else could own.
    static func isOurs(_ host: String?, names: [String]) -> Bool {
        guard let host, !host.isEmpty else { return true }
        guard let asked = HostAndPort(host, defaultPort: 80, ports: 0...65535) else { return false }
        return asked.isAddress || asked.host == "localhost" || asked.host.hasSuffix(".localhost")
            || names.contains(asked.host) || machineNames.contains(asked.host)
    }

    /// Whether a browser asks for somebody who is on our own pages, or for a person who follows a link.
    static func isFromHere(site: String?, mode: String?) -> Bool {
        guard let site else { return true }  // no browser, or an old one
        return site == "same-origin" || site == "none" || mode == "navigate"
    }

    /// This machine's name: as a whole, and its first part.
    private static let machineNames: Set<String> = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return [] }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .lowercased()
        guard !name.isEmpty else { return [] }
        return [name, String(name.prefix { $0 != "." })]
    }()
}

/// Holds requests against the rules, and tells browsers what they may do with the answers.
struct AccessGuard: RouterMiddleware {
    typealias Context = StatisticsContext

    let paths: [String]
    let names: @Sendable () -> [String]

    func handle(
        _ request: Request, context: StatisticsContext,
        next: (Request, StatisticsContext) async throws -> Response
    ) async throws -> Response {
        var response = try await answer(request, context, next)
        response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.resourcePolicy] = "same-origin"
        response.headers[.openerPolicy] = "same-origin"
        return response
    }

    private func answer(
        _ request: Request, _ context: StatisticsContext,
        _ next: (Request, StatisticsContext) async throws -> Response
    ) async throws -> Response {
        guard AccessRules.isOurs(request.head.authority, names: names()) else {
            return .text(
                .forbidden,
                "This port answers to its address, to localhost and to the names of the setting stats.names only.")
        }
        let fields = request.headers
        guard
            AccessRules.isFromHere(
                site: fields[.fetchSite], mode: fields[.fetchMode])
        else { return .text(.forbidden, "Pages of other sites can't load anything from this port.") }
        guard request.method == .get || request.method == .head else {
            var response = Response.text(.methodNotAllowed, "Use GET.")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
            return .text(.notFound, "There are: \(paths.joined(separator: " "))")
        }
    }
}

extension HTTPFields.Element.Name {
    fileprivate static let referrerPolicy = Self("Referrer-Policy")!
    fileprivate static let resourcePolicy = Self("Cross-Origin-Resource-Policy")!
    fileprivate static let openerPolicy = Self("Cross-Origin-Opener-Policy")!
    fileprivate static let fetchSite = Self("Sec-Fetch-Site")!
    fileprivate static let fetchMode = Self("Sec-Fetch-Mode")!
}

extension Response {
    /// A line of text.
    static func text(_ status: HTTPResponse.Status, _ line: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: line + "\n")))
    }
}
