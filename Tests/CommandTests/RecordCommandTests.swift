import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Nginx.isInstalled, "needs nginx: apt-get install nginx-light"))
struct RecordCommandTests {
    private let folder = TemporaryFolder()

    private func record(_ arguments: String...) throws -> Command {
        try Command("railgun-diff", ["record", "--out", "site"] + arguments, in: folder.url)
    }

    /// The versions of a page, oldest first.
    private func versions(_ page: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("site/\(page)")).sorted()
        return try names.map { try folder.text(of: "site/\(page)/\($0)") }
    }

    @Test func changingPagesBecomeACorpus() throws {
        let filler = String(repeating: "<p>filler</p>", count: 50)
        let nginx = try Nginx(
            """
            location /news { default_type text/html; add_header Set-Cookie "a=b"; return 200 "\(filler)$request_id"; }
            location /api { default_type application/json; return 200 '{"time": $msec}'; }
            """)
        let outcome = try record(nginx.url("/news"), nginx.url("/api"), "--every", "1s", "--count", "3")
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.outputBytes.isEmpty && outcome.errors.contains("railgun-diff corpus site"))
        #expect(outcome.errors.contains("3 versions, 2 of them changed"))
        #expect(Set(try versions(nginx.folderName("/news"))).count == 3)
        #expect(try versions(nginx.folderName("/api")).allSatisfy { $0.hasPrefix("{\"time\"") })

        let requests = try nginx.requests(atLeast: 6)
        #expect(requests.count == 6)
        for request in requests {
            #expect(request[1...4] == ["railgun-diff/0.1.0", "identity", "--", "-"])
        }
        #expect(Set(requests.map { $0[5] }).count == 1, "one connection")
        let corpus = try Command("railgun-diff", ["corpus", "site"], in: folder.url)
        #expect(corpus.exitCode == 0, "\(corpus.errors)")
        #expect(corpus.output.contains(nginx.folderName("/news")))
    }

    @Test func whatAServerCompressesAllTheSameIsStoredPlain() throws {
        let nginx = try Nginx(
            """
            location /page { alias $FOLDER/page.gz; default_type text/html; add_header Content-Encoding gzip; }
            """)
        let page = String(repeating: "<p>compressed</p>", count: 100)
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gzip.arguments = [try nginx.folder.write(page, to: "page").path]
        try gzip.run()
        gzip.waitUntilExit()
        let outcome = try record(nginx.url("/page"), "--count", "1")
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(try versions(nginx.folderName("/page")) == [page])
        #expect(try folder.text(of: "site/record.jsonl").contains("\"contentEncoding\":\"gzip\""))
    }

    @Test func aBusyServerIsAskedAgainWhenItSaid() throws {
        let nginx = try Nginx(
            """
            location /page { default_type text/html; add_header Retry-After 2 always;
              if (!-f $FOLDER/ready) { return 503; } return 200 "<p>here</p>"; }
            """)
        let command = try RunningCommand(
            "railgun-diff", ["record", "--out", "site", nginx.url("/page"), "--count", "1"], in: folder.url)
        while !command.errors.contains("trying again") { Thread.sleep(forTimeInterval: 0.02) }
        try nginx.folder.write("", to: "ready")
        let outcome = try command.wait()
        #expect(outcome.exitCode == 0)
        #expect(
            outcome.errors.contains("answered 503 Service Unavailable, try again after 2.0 s; trying again in 2.0 s"))
        #expect(try nginx.requests(atLeast: 2).count == 2)
        #expect(try versions(nginx.folderName("/page")) == ["<p>here</p>"])
    }

    @Test func whatIsNoPageIsReportedAndNotStored() throws {
        let nginx = try Nginx("location /loop { return 302 /loop; } location /old { return 301 /new.html; }")
        try nginx.folder.write("<p>moved</p>", to: "new.html")
        let outcome = try record(nginx.url("/none"), nginx.url("/loop"), nginx.url("/old"), "--count", "1")
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("/none: answered 404 Not Found; nothing stored"))
        #expect(outcome.errors.contains("/loop: redirects more than 5 times; nothing stored"))
        #expect(outcome.errors.contains("/old: leads to \(nginx.url("/new.html"))"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("site")).count == 2)
        #expect(try nginx.requests(atLeast: 9).count { $0[0].contains("/loop") } == 6, "neither is tried again")

        let nothing = try record(nginx.url("/none"), "--count", "1")
        #expect(nothing.exitCode == 1 && nothing.errors.hasSuffix("railgun-diff: site: nothing was captured\n"))
    }

    @Test func slowAndLargePagesHaveTheirLimits() throws {
        let nginx = try Nginx("location /slow { alias $FOLDER/page.html; limit_rate 100; }")
        try nginx.folder.write(String(repeating: "x", count: 5000), to: "page.html")
        let large = try record(nginx.url("/page.html"), "--count", "1", "--limit", "4kB")
        #expect(large.exitCode == 1 && large.errors.contains("larger than 4.0 kB (--limit); nothing stored"))
        let start = ContinuousClock.now
        let slow = try record(nginx.url("/slow"), "--count", "1", "--timeout", "0.3s")
        #expect(slow.exitCode == 1 && slow.errors.contains("not all there after 300 ms (--timeout)"))
        #expect(.now - start < .seconds(20))
    }

    @Test func ctrlCKeepsWhatWasCapturedAndSaysWhatComesNext() throws {
        let nginx = try Nginx("location / { return 200 $request_id; }")
        let command = try RunningCommand(
            "railgun-diff", ["record", "--out", "site", nginx.url("/"), "--every", "1s", "--count", "1000"],
            in: folder.url)
        let page = folder.path("site/127.0.0.1_\(nginx.port)")
        while (try? FileManager.default.contentsOfDirectory(atPath: page).count) ?? 0 < 2 {
            Thread.sleep(forTimeInterval: 0.02)
        }
        command.interrupt()
        let outcome = try command.wait()
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.hasSuffix("see what deltas would save: railgun-diff corpus site\n"))
    }

    @Test func pagesThatDifferInTheirQueryHaveFoldersOfTheirOwn() throws {
        let nginx = try Nginx("location / { return 200 $args; }")
        let (one, two) = (nginx.url("/p?id=1"), nginx.url("/p?id=2"))
        #expect(try record(one, two, "--count", "1").exitCode == 0)
        #expect(try record(two, "--count", "1").exitCode == 0, "the same page, the same folder")
        let folders = try FileManager.default.contentsOfDirectory(atPath: folder.path("site")).sorted().dropLast()
        #expect(folders.count == 2 && folders.first == nginx.folderName("/p"))
        #expect(try versions(folders.first!) == ["id=1"])
        #expect(try versions(folders.last!) == ["id=2", "id=2"])
    }

    @Test(
        arguments: [
            (["www.example.org"], 1, "is not a whole address; did you mean https://www.example.org?"),
            (["http://example.org/100%-wool"], 1, "is not an address"),
            (["ftp://example.org/x"], 1, "only http and https can"),
            (["http:///x"], 1, "names no host"),
            (["http://me:secret@example.org/"], 1, "holds a user name or password"),
            (["http://example.org/", "--every", "0.5s"], 64, "--every is less than a second"),
            (["http://example.org/", "--every", "soon"], 64, "'soon' is invalid"),
            (["http://example.org/", "--count", "0"], 64, "--count 0: use 1 or more"),
            (["http://example.org/", "http://example.org/"], 64, "given twice"),
            ([], 64, "Missing expected argument"),
        ] as [([String], Int32, String)])
    func wrongAddressesAndTimesAreRefusedBeforeAnythingIsFetched(
        arguments: [String], status: Int32, message: String
    ) throws {
        let outcome = try Command("railgun-diff", ["record"] + arguments, in: folder.url)
        #expect(outcome.exitCode == status)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try folder.names.isEmpty)
    }
}
