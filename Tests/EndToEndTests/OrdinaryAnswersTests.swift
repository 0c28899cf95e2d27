import Foundation
import Testing
import TestSupport

/// What a real web server answers, through the line.
@Suite(.enabled(if: Nginx.isInstalled, "needs nginx: apt-get install nginx-light"))
struct OrdinaryAnswersTests {
    private static let page = (0..<900).map { "<p>line \($0) of a page</p>" }.joined(separator: "\n")

    private func nginx() throws -> Nginx {
        let nginx = try Nginx(
            """
            location /empty { return 204; }
            location /zipped { gzip on; gzip_types text/html; alias $FOLDER/; }
            location /put { dav_methods PUT; create_full_put_path on; client_max_body_size 0; }
            """)
        try nginx.folder.write(Self.page, to: "page.html")
        return nginx
    }

    @Test func aPageArrivesAsTheOriginMadeIt() async throws {
        let nginx = try nginx()
        try await withLine(origin: nginx) { line in
            let direct = try Client(nginx.port).request("GET", "/page.html")
            for _ in 0..<3 {
                let answer = try line.get("/page.html")
                try #require(answer.status == 200 && answer.cut == nil, "\(answer)")
                #expect(answer.text == Self.page)
                for name in ["ETag", "Last-Modified", "Content-Type", "Content-Length", "Accept-Ranges"] {
                    #expect(answer.fields[name] == direct.fields[name], "\(name)")
                }
            }
        }
    }

    @Test func conditionsHeadsAndRangesAreTheOriginsBusiness() async throws {
        let nginx = try nginx()
        try await withLine(origin: nginx) { line in
            let page = try line.get("/page.html")
            let tag = try #require(page.fields["ETag"].first)
            #expect(!tag.hasPrefix("W/"))
            let client = try Client(line.http)
            let fresh = try client.request("GET", "/page.html", ["If-None-Match: \(tag)"])
            #expect(fresh.status == 304 && fresh.fields["ETag"] == [tag], "\(fresh)")
            let head = try client.request("HEAD", "/page.html")
            #expect(head.status == 200 && head.fields["Content-Length"] == ["\(Self.page.utf8.count)"], "\(head)")
            let empty = try client.request("GET", "/empty")
            #expect(empty.status == 204 && empty.fields["Content-Length"].isEmpty, "\(empty)")
            let range = try client.request("GET", "/page.html", ["Range: bytes=100-299"])
            #expect(range.status == 206 && range.body == Array(Self.page.utf8)[100..<300].map { $0 }, "\(range)")
            #expect(range.fields["Content-Range"] == ["bytes 100-299/\(Self.page.utf8.count)"])
            let outside = try client.request("GET", "/page.html", ["Range: bytes=99999999-"])
            #expect(outside.status == 416, "\(outside)")
            let missing = try client.request("GET", "/nothing")
            #expect(missing.status == 404)
            let again = try client.request("GET", "/page.html")
            #expect(again.text == Self.page && again.fields["ETag"] == [tag])
        }
    }

    /// What the origin compresses comes apart into the same page, and its validator is true for the bytes it stands by.
    @Test func aPageThatTheOriginCompressesIsTheSamePage() async throws {
        let nginx = try nginx()
        try await withLine(origin: nginx) { line in
            for _ in 0..<3 {
                let url = "http://127.0.0.1:\(line.http)/zipped/page.html"
                let curl = try Command("/usr/bin/curl", ["-sS", "--compressed", url])
                #expect(curl.exitCode == 0 && curl.output == Self.page, "\(curl.errors)")
                let zipped = try line.get("/zipped/page.html", ["Accept-Encoding: gzip"])
                let plain = try line.get("/zipped/page.html")
                #expect(plain.text == Self.page && plain.fields["Content-Encoding"].isEmpty)
                let isCoded = zipped.fields["Content-Encoding"] == ["gzip"]
                #expect(isCoded || zipped.text == Self.page, "\(zipped)")
                let isOneTag = plain.fields["ETag"].first == zipped.fields["ETag"].first
                #expect(!isCoded || !isOneTag, "one strong tag, two bodies")
            }
        }
    }

    @Test func aClientThatAcceptsGzipGetsItWhereThatIsSet() async throws {
        let nginx = try nginx()
        try await withLine(origin: nginx, Line.Options(sender: ["compress.clients = 1"])) { line in
            for _ in 0..<3 {
                let url = "http://127.0.0.1:\(line.http)/page.html"
                let curl = try Command("/usr/bin/curl", ["-sS", "--compressed", url])
                #expect(curl.exitCode == 0 && curl.output == Self.page, "\(curl.errors)")
                let zipped = try line.get("/page.html", ["Accept-Encoding: gzip"])
                #expect(zipped.fields["Content-Encoding"] == ["gzip"] && zipped.bodyBytes < Self.page.utf8.count / 2)
                #expect(zipped.fields["ETag"].first?.hasPrefix("W/") == true, "\(zipped)")
                let plain = try line.get("/page.html")
                #expect(plain.text == Self.page && plain.fields["Content-Encoding"].isEmpty)
                #expect(plain.fields["ETag"].first?.hasPrefix("W/") == false, "\(plain)")
                #expect([plain, zipped].allSatisfy { $0.fields["Vary"] == ["Accept-Encoding"] }, "\(plain)")
            }
        }
    }

    @Test func aHostThatTheMapDoesNotNameIsNotLookedUp() async throws {
        let options = Line.Options(natMap: ["known.test = 127.0.0.1:9"])
        try await withLine(options) { line, origin in
            let answer = try line.get("/test-anywhere")
            #expect(answer.status == 502 && answer.text.contains("railgun-nat.conf"), "\(answer)")
            #expect(origin.requests("test-anywhere").isEmpty)
        }
    }

    /// The origin compresses in a way that nobody can repeat: either the very bytes come, or the tag is no strong one.
    @Test(arguments: ["\"strong\"", "W/\"weak\""])
    func aStrongTagStandsByTheOriginsOwnBytes(tag: String) async throws {
        try await withLine { line, origin in
            let zipped = Array(Self.page.utf8).gzipStored
            origin.answer(
                "test-zip",
                with: .head(
                    "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Encoding: gzip", "ETag: \(tag)",
                    "Content-Length: \(zipped.count)", body: latin1(zipped)))
            for _ in 0..<3 {
                let answer = try line.get("/test-zip", ["Accept-Encoding: gzip"])
                try #require(answer.status == 200 && answer.cut == nil, "\(answer)")
                #expect(answer.body == zipped || answer.fields["ETag"] != ["\"strong\""], "\(answer)")
            }
        }
    }
}
