import Foundation
import TestSupport
import Testing

/// `rg-diag`, as a person starts it.
struct DiagTests {
    private static let page =
        "<!DOCTYPE html><title>Page</title>\n" + String(repeating: "<p>One more line of it.</p>\n", count: 200)

    private static func pageAnswer() -> Script {
        .head(
            "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: \(page.utf8.count)", body: page)
    }

    /// Tries the link with the certificates of a folder of the line's.
    private func link(
        _ port: UInt16, _ line: Line, certificate: String = "link/sender", _ more: [String] = []
    ) throws -> Command {
        try Command(
            "rg-diag",
            [
                "link", "127.0.0.1:\(port)", "--cert", line.folder.path("\(certificate).pem"), "--key",
                line.folder.path("\(certificate).key"), "--ca", line.folder.path("link/ca.pem"),
            ] + more)
    }

    @Test(arguments: [["decode"], ["--decode"]]) func aHeaderIsExplained(how: [String]) throws {
        let explained = try Command("rg-diag", how + ["Railgun: 00e95b1c46 0.29 0.037872 0x33 1.0.0"])
        #expect(explained.exitCode == 0)
        #expect(explained.output.contains("as a difference, 0.29 % of its size"))
        #expect(explained.output.contains("after 37.872 ms"))
    }

    @Test func aWrongHeaderIsRefused() throws {
        let refused = try Command("rg-diag", ["decode", "00e95b1c46 0.29"])
        #expect(refused.exitCode == 1 && refused.errors.contains("it ends before or in the ratio"), "\(refused)")
    }

    @Test func aLinkThatWorksIsToldStepByStep() async throws {
        try await withLine { line, origin in
            origin.answer("test-page", with: Self.pageAnswer())
            let diag = try Command(
                "rg-diag",
                ["link", "--config", line.folder.path("rg-sender.conf"), "--get", "http://site.test/test-page"])
            #expect(diag.exitCode == 0, "\(diag)")
            for part in [
                "CN=sender", "TLS         version 1.3", "CN=listener", "for localhost", "expires in 82",
                "link        version 1, connection", "of 5 pings", ": 200, text/html, ", "whole; ",
                "as a difference of 1 byte, ", "by their hashes", "all well",
            ] { #expect(diag.output.contains(part), "\(part) is missing:\n\(diag.output)") }
        }
    }

    @Test func aPortWhereNobodyListensIsNamed() async throws {
        try await withLine { line, _ in
            let port = try freePort()
            let diag = try link(port, line)
            #expect(diag.exitCode == 1 && diag.errors.contains("127.0.0.1:\(port) refuses connections"), "\(diag)")
            #expect(diag.errors.contains("does rg-listener run there?"))
        }
    }

    @Test func otherServersAreNoRailgunPorts() async throws {
        try await withLine { line, _ in
            let plain = try link(line.http, line)
            #expect(
                plain.exitCode == 1 && plain.errors.contains("doesn't speak TLS: that is no railgun port"), "\(plain)")
            let web = try link(line.https, line)
            #expect(
                web.exitCode == 1 && web.errors.contains("certificate of another authority: CN=localhost"), "\(web)")
        }
    }

    @Test func certificatesThatDoNotFitAreNamed() async throws {
        try await withLine { line, _ in
            _ = try Command("rg-sender", ["cert", "--out", line.folder.path("other")])
            let unknown = try link(line.relay.port, line, certificate: "other/sender")
            #expect(
                unknown.exitCode == 1 && unknown.errors.contains("doesn't trust this end's certificate"), "\(unknown)")

            let missing = try link(line.relay.port, line, certificate: "link/nobody")
            #expect(missing.exitCode == 1 && missing.errors.contains("nobody.pem: can't be read"), "\(missing)")

            let none = try Command("rg-diag", ["link", "127.0.0.1:\(line.relay.port)"])
            #expect(none.exitCode == 64 && none.errors.contains("'rg-sender cert' makes them"), "\(none)")
        }
    }

    /// Overwrites a certificate of the link with one that the same authority signed, and that expired yesterday.
    private func expire(_ name: String, _ folder: TemporaryFolder) throws {
        for arguments in [
            "req -new -key link/\(name).key -subj /CN=\(name) -out \(name).csr",
            "x509 -req -in \(name).csr -CA link/ca.pem -CAkey link/ca.key -days -1 -out link/\(name).pem",
        ] {
            let openssl = try Command(
                "/usr/bin/openssl", arguments.split(separator: " ").map(String.init), in: folder.url)
            try #require(openssl.exitCode == 0, "\(openssl.errors)")
        }
    }

    @Test func expiredCertificatesAreNamedAtEitherEnd() async throws {
        try await withLine { line, _ in
            line.listener.stop()
            try expire("listener", line.folder)
            try line.listener.start()
            let peer = try link(line.relay.port, line)
            #expect(peer.exitCode == 1 && peer.errors.contains("CN=listener, expired "), "\(peer)")

            try expire("sender", line.folder)
            let own = try link(line.relay.port, line)
            #expect(own.exitCode == 1 && own.errors.contains("sender.pem expired "), "\(own)")
        }
    }

    @Test(arguments: [
        ("RAILGUN\u{0}", "speaks version 0 of the link, this one needs 1"),
        (
            "SSH-2.0-Other\r\n",
            "is no railgun port: the other end doesn't speak the link's protocol: it began with “SSH-2.0-”"
        ),
    ]) func whoSpeaksOtherwiseIsNamed(hello: String, words: String) async throws {
        try await onThread {
            let (socket, port) = try TCPSocket.listening()
            Thread.detachNewThread {
                guard let connection = socket.accept() else { return }
                try? connection.send([UInt8](hello.utf8))
                _ = try? connection.receive(within: .seconds(10))
                connection.close()
            }
            let folder = TemporaryFolder()
            try folder.write("listeners = 127.0.0.1:\(port)\nwan.tls = 0\n", to: "rg-sender.conf")
            let diag = try Command("rg-diag", ["link", "--config", folder.path("rg-sender.conf")])
            #expect(diag.exitCode == 1 && diag.errors.contains(words), "\(diag)")
            socket.close()
        }
    }

    @Test func aPageThatDoesNotComeIsNoFaultOfTheLink() async throws {
        let closed = try freePort()
        try await withLine(.init(natMap: ["default = 127.0.0.1:\(closed)"])) { line, _ in
            let diag = try link(line.relay.port, line, ["--get", "http://site.test/"])
            #expect(
                diag.exitCode == 1 && diag.errors.contains("the link works, but http://site.test/ doesn't come"),
                "\(diag)")
            #expect(diag.errors.contains("map.file of the listener"))
        }
    }

    @Test func storesAndLanesAreShownByBothEnds() async throws {
        let (near, far) = (try freePort(), try freePort())
        let options = Line.Options(
            sender: ["stats.listen = 127.0.0.1:\(near)"], listener: ["stats.listen = 127.0.0.1:\(far)"])
        try await withLine(options) { line, origin in
            origin.answer("test-page", with: Self.pageAnswer())
            for _ in 0..<3 { _ = try line.get("/test-page") }
            for port in [near, far] {
                let shown = try Command("rg-diag", ["store", "http://127.0.0.1:\(port)/"])
                #expect(shown.exitCode == 0, "\(shown)")
                #expect(shown.output.contains("addresses   1, with 1 different versions"), "\(shown.output)")
                #expect(shown.output.contains("http://site.test/test-page"), "\(shown.output)")
                let document = try Client(port).request("GET", "/", ["Host: localhost"])
                let statistics = try JSONSerialization.jsonObject(with: Data(document.text.utf8)) as? [String: Any]
                let lanes = try #require(statistics?["lanes"] as? [[String: Any]])
                #expect(!lanes.isEmpty && lanes.allSatisfy { $0["state"] as? String == "open" }, "\(lanes)")
                // Both ends count what the relay between them carries, but for pings meanwhile.
                let bytes =
                    try #require(statistics?["wan_bytes_sent"] as? Int)
                    + #require(statistics?["wan_bytes_received"] as? Int)
                #expect(abs(bytes - line.relay.bytes.total) < 1000, "\(bytes) and \(line.relay.bytes)")
            }
            let nobody = try Command("rg-diag", ["store", "http://127.0.0.1:\(line.http)/"])
            #expect(nobody.exitCode == 1 && nobody.errors.contains("doesn't tell of a store"), "\(nobody)")
        }
    }
}
