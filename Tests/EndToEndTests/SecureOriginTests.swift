import Foundation
import TestSupport
import Testing

/// Origins that are asked by https: a real nginx with a certificate of a private authority.
@Suite(.enabled(if: Nginx.isInstalled, "needs nginx: apt-get install nginx-light"))
struct SecureOriginTests {
    private struct Origin {
        let nginx: Nginx
        let authority: String
        let options: [String]
        let natMap: [String]
    }

    /// An origin whose certificate is for `origin.test`, and which answers with the name that TLS asked for.
    private func origin() throws -> Origin {
        let folder = TemporaryFolder()
        let made = try Command("rg-sender", ["cert", "--out", folder.path("pki"), "--name", "origin.test"])
        try #require(made.exitCode == 0, "\(made.errors)")
        let port = try freePort()
        let nginx = try Nginx(
            """
            listen 127.0.0.1:\(port) ssl;
            ssl_certificate \(folder.path("pki/listener.pem")); ssl_certificate_key \(folder.path("pki/listener.key"));
            location / { default_type text/plain; return 200 "asked for $ssl_server_name"; }
            """)
        try nginx.folder.write(try folder.text(of: "pki/ca.pem"), to: "ca.pem")
        return Origin(
            nginx: nginx, authority: nginx.folder.path("ca.pem"), options: ["insecure.origin = 0"],
            natMap: ["origin.test = 127.0.0.1:\(port)", "other.test = 127.0.0.1:\(port)"])
    }

    private func get(_ host: String, _ line: Line) throws -> Command {
        try Command(
            "/usr/bin/curl",
            [
                "-sS", "--max-time", "20", "--cacert", line.certificatePath, "-w", " %{http_code}", "-H",
                "Host: \(host)", "https://localhost:\(line.https)/",
            ])
    }

    /// Whether the log of the sender tells which origin was not trusted; the page doesn't.
    private func isLogged(_ line: Line) -> Bool {
        eventually(within: .seconds(5)) {
            line.sender.log(lines: 1, about: " 502 for GET").contains("TLS with https://")
        }
    }

    @Test func anOriginOfATrustedAuthorityIsAskedByItsName() async throws {
        let origin = try origin()
        let options = Line.Options(
            listener: origin.options + ["ca.bundle = \(origin.authority)"], natMap: origin.natMap)
        try await withLine(origin: origin.nginx, options) { line in
            for _ in 0..<2 {
                let answer = try get("origin.test", line)
                #expect(answer.output == "asked for origin.test 200", "\(answer.errors)\n\(line.logs())")
            }
            let other = try get("other.test", line)
            #expect(other.output.hasSuffix(" 502") && isLogged(line), "\(other.output)")
        }
    }

    @Test func anOriginOfAnUnknownAuthorityIsNotTrusted() async throws {
        let origin = try origin()
        try await withLine(origin: origin.nginx, Line.Options(listener: origin.options, natMap: origin.natMap)) {
            line in
            let answer = try get("origin.test", line)
            #expect(answer.output.hasSuffix(" 502") && isLogged(line), "\(answer.output)")
        }
    }

    @Test func withoutValidationAnyCertificateWillDo() async throws {
        let origin = try origin()
        let options = Line.Options(listener: origin.options + ["validate.cert = 0"], natMap: origin.natMap)
        try await withLine(origin: origin.nginx, options) { line in
            let answer = try get("other.test", line)
            #expect(answer.output == "asked for other.test 200", "\(answer.errors)")
        }
    }

    @Test func anInsecureOriginIsAskedByPlainHTTP() async throws {
        let origin = try origin()
        let options = Line.Options(natMap: ["default = 127.0.0.1:\(origin.nginx.port)"])
        try await withLine(origin: origin.nginx, options) { line in
            let answer = try get("origin.test", line)
            #expect(answer.output == "asked for  200", "\(answer.errors)")
        }
    }
}
