import EmbeddedLine
import Exchange
import HTTPRules
import NIOCore
import Origin
import Testing

@testable import Listener

/// Which origin a request goes to.
struct NATChoice {
    private func request(_ scheme: Scheme, _ authority: String) -> ForwardedRequest {
        var request = ForwardedRequest.sample(authority: authority)
        request.scheme = scheme
        return request
    }

    @Test func aLineOfTheMapSaysWhere() throws {
        let end = try ListenerEnd(
            "insecure.origin = 0", natMap: "www.example.org = 192.0.2.7:8080\nshop.example.org:443 = 192.0.2.8:8443")
        let (plain, flags) = try #require(end.worker.origins(for: request(.http, "www.example.org")))
        #expect(plain.addresses == [OriginAddress(host: "192.0.2.7", port: 8080)] && flags == .addressMapped)
        let (secure, _) = try #require(end.worker.origins(for: request(.https, "shop.example.org")))
        #expect(secure.addresses == [OriginAddress(host: "192.0.2.8", port: 8443, tlsName: "shop.example.org")])
    }

    @Test func theDefaultTakesTheRest() throws {
        let end = try ListenerEnd(natMap: "default = 192.0.2.9")
        let (site, flags) = try #require(end.worker.origins(for: request(.http, "other.example.org:8080")))
        #expect(
            site.addresses == [OriginAddress(host: "192.0.2.9", port: 8080)]
                && flags == [.addressMapped, .defaultMapped])
    }

    @Test func anInsecureOriginIsAskedByPlainHTTP() throws {
        let end = try ListenerEnd("insecure.origin = 1", natMap: "default = 192.0.2.9")
        let (site, _) = try #require(end.worker.origins(for: request(.https, "www.example.org")))
        #expect(site.addresses == [OriginAddress(host: "192.0.2.9", port: 80)])
    }

    @Test func aHostWithoutALineIsLookedUpOnlyWhereThatIsAllowed() throws {
        let strict = try ListenerEnd("origin.dns = 0", natMap: "www.example.org = 192.0.2.7")
        #expect(strict.worker.origins(for: request(.http, "169.254.169.254")) == nil)
        let open = try ListenerEnd("origin.dns = 1", natMap: "www.example.org = 192.0.2.7")
        let (site, flags) = try #require(open.worker.origins(for: request(.http, "other.example.org:81")))
        #expect(site.addresses == [OriginAddress(host: "other.example.org", port: 81)] && flags == [])
    }

    @Test func aRequestWithoutAnOriginFailsBeforeAnyConnection() throws {
        let end = try ListenerEnd("origin.dns = 0", natMap: "shop.example.org = 192.0.2.7")
        let answer = end.ask().answer
        #expect(answer.failure?.cause == .origin && end.origins.connections.isEmpty)
        #expect(answer.failure?.message.hasPrefix("no origin is named for “www.example.org”") == true)
    }
}
