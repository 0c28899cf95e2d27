import Foundation
import HTTPRules
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Operations

final class LoggingTests {
    private let folder: TemporaryFolder
    private let output: LogOutput

    init() throws {
        folder = try TemporaryFolder()
        output = try LogOutput(Self.settings("stderr.file = \(folder("log.txt"))"), program: "rg-test")
    }

    deinit { output.close() }

    private static func settings(_ text: String) -> LogSettings {
        var settings = Settings(text, file: "f")
        return LogSettings(&settings)
    }

    private func written() throws -> String {
        output.flush()
        return try String(contentsOfFile: folder("log.txt"), encoding: .utf8)
    }

    private func line(target: String = "/news?a=1", host: String = "www.example.org") -> AccessLine {
        AccessLine(
            client: "192.0.2.1", method: "GET", host: host, target: target, status: 200, clientBytes: 92_516,
            linkBytes: 311, crossing: .delta(bytes: 266, pageBytes: 92_516), originTime: .microseconds(8_125),
            totalTime: .microseconds(12_003), connection: "a1b2")
    }

    @Test(arguments: [
        ("/news", "/news"), ("/news?a=1", "/news?..."), ("/a;sid=1/b?c", "/a;..."), ("/a#b", "/a#..."), ("*", "*"),
        ("/me@home", "/me@home"), ("?x", "?..."), ("http://a:b@c/d?e@f", "http://...@c/d?..."), ("a:b@c:1", "...@c:1"),
        ("http://c/d", "http://c/d"), ("", ""),
    ])
    func whatMayBeASecretOfATargetIsLeftOut(target: String, logged: String) {
        #expect(LoggedRequest(showsQuery: false).target(target) == logged)
        #expect(LoggedRequest(showsQuery: true).target("/news?a=1;b") == "/news?a=1;b")
        #expect(
            LoggedRequest(showsQuery: false).address("https://a.example:8443/b?c") == "https://a.example:8443/b?...")
        #expect(LoggedRequest(showsQuery: false).host("a:b@c") == "...@c")
    }

    @Test func anAccessLineIsForPeople() throws {
        let log = AccessLog(to: output, format: .text)
        log.write(line())
        let text = try written()
        let fields =
            "info     200 GET  client=192.0.2.1    sent=92516   link=311    delta=0.28%  origin=8.125ms   "
            + "total=12.003ms  connection=a1b2 host=www.example.org target=/news?...\n"
        #expect(text.dropFirst(25) == fields)
        #expect(text.prefixMatch(of: /[0-9]{4}-[0-9-]{5}T[0-9:]{8}\.[0-9]{3}Z info/) != nil)
        let time = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(String(text.prefix(24)))
        #expect(abs(time.timeIntervalSinceNow) < 5)
    }

    @Test func anAccessLineIsJSONForPrograms() throws {
        AccessLog(to: output, format: .json).write(line(target: "/\"\\\n\u{1}é"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try written().utf8)) as? [String: Any])
        #expect(object["target"] as? String == "/\"\\\n\u{1}é")
        #expect(object["status"] as? Int == 200 && object["sent_bytes"] as? Int == 92_516)
        #expect(object["origin_ms"] as? Double == 8.125 && object["delta_percent"] as? Double == 0.28)
        #expect(object["level"] as? String == "info" && object["connection"] as? String == "a1b2")
    }

    @Test func theTraceIsTheLastFieldWhereThereIsOne() throws {
        var line = line()
        for format in [LogSettings.Format.text, .json] {
            let log = AccessLog(to: output, format: format)
            log.write(line)
            #expect(!log.last.contains("trace"))
        }
        line.trace = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        let text = AccessLog(to: output, format: .text)
        text.write(line)
        #expect(text.last.hasSuffix("target=/news?... trace=0af7651916cd43dd8448eb211c80319c\n"))
        let json = AccessLog(to: output, format: .json)
        json.write(line)
        #expect(json.last.hasSuffix(",\"trace\":\"0af7651916cd43dd8448eb211c80319c\"}\n"))
    }

    @Test func whatIsLoggedAfterTheEndHoldsNobodyUp() async throws {
        let output = try LogOutput(Self.settings("stderr.file = \(folder("late.txt"))"), program: "rg-test")
        output.append(Array("in time\n".utf8))
        output.close()
        output.append(Array("late\n".utf8))
        let isFlushed = NIOLockedValueBox(false)
        Thread.detachNewThread {
            output.flush()
            isFlushed.withLockedValue { $0 = true }
        }
        let end = ContinuousClock.now + .seconds(2)
        while !isFlushed.withLockedValue({ $0 }), .now < end { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isFlushed.withLockedValue { $0 })
        #expect(try String(contentsOfFile: folder("late.txt"), encoding: .utf8) == "in time\n")
    }

    @Test func aLogThatCantBeReachedKeepsNoDescriptor() {
        func count() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }
        let before = count()
        for _ in 0..<300 {
            #expect(throws: LogTargetError.self) { try LogTarget(.syslogSocket("/none/log"), program: "rg-test") }
        }
        #expect(count() < before + 200)  // other tests open some, too
    }

    @Test func whatIsNotKnownIsLeftOpen() throws {
        var line = line()
        (line.crossing, line.originTime) = (.direct, nil)
        let log = AccessLog(to: output, format: .text)
        log.write(line)
        #expect(log.last.contains(" delta=direct origin=-         total="))
        let json = AccessLog(to: output, format: .json)
        json.write(line)
        #expect(json.last.contains("\"crossing\":\"direct\",\"origin_ms\":null,\"total_ms\":12.003,"))
    }

    @Test(arguments: ["a\nb", "a b=c", "a\r\u{1b}[2J", "a\u{85}b", "a\u{2028}b", "\"", "a\\", ""])
    func noClientForgesALineOrAField(value: String) throws {
        let log = AccessLog(to: output, format: .text)
        log.write(line(target: value, host: value))
        let text = try written()
        #expect(text.split(whereSeparator: \.isNewline).count == 1)
        #expect(text.utf8.dropLast().allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(text.split(separator: " ").filter { $0.contains("=") }.count == 9)
        AccessLog(to: output, format: .json).write(line(target: value, host: value))
        let json = try #require(try written().split(separator: "\n").last)
        #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
    }

    @Test func longValuesAreCut() throws {
        for format in LogSettings.Format.allCases {
            let log = AccessLog(to: output, format: format)
            log.write(line(target: String(repeating: "é", count: 5_000)))
            #expect(log.last.utf8.count < 4_500)
        }
        #expect(try written().contains("é…\"") == true)
    }

    @Test func loggersWriteLinesOfTheirLevel() throws {
        try output.reopening(Self.settings("log.level = 1\nstderr.file = \(folder("log.txt"))"))()
        var logger = Logger(label: "x") { [output] _ in LineLogHandler(to: output) }
        logger[metadataKey: "lane"] = "3"
        logger.debug("not shown")
        logger.warning("the link broke\nforged", metadata: ["peer": "a b"])
        let text = try written()
        #expect(text.dropFirst(25) == "warning  the link broke\\u{a}forged lane=3 peer=a\\x20b\n")
    }

    @Test(arguments: [("0", Logger.Level.warning), ("1", .info), ("3", .info), ("5", .trace)])
    func levelsAreThoseOfTheConfiguration(text: String, level: Logger.Level) throws {
        let handler = LineLogHandler(to: output)
        try output.reopening(Self.settings("log.level = \(text)\nstderr.file = \(folder("log.txt"))"))()
        #expect(handler.logLevel == level)
    }

    @Test func aFileThatWasMovedAwayIsBegunAnew() throws {
        output.append([UInt8]("before\n".utf8))
        _ = try written()
        try FileManager.default.moveItem(atPath: folder("log.txt"), toPath: folder("log.txt.1"))
        try output.reopening(output.settings)()
        output.append([UInt8]("after\n".utf8))
        #expect(try written() == "after\n")
        #expect(try String(contentsOfFile: folder("log.txt.1"), encoding: .utf8) == "before\n")
        #expect(throws: LogTargetError.self) {
            try output.reopening(Self.settings("stderr.file = /none/log.txt"))
        }
        output.append([UInt8]("still\n".utf8))
        #expect(try written() == "after\nstill\n")
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { [output] in
                    for number in 0..<500 { output.append([UInt8]("\(task) \(number) end\n".utf8)) }
                }
            }
        }
        let lines = try written().split(separator: "\n")
        #expect(lines.count == 4_000 && Set(lines).count == 4_000 && lines.allSatisfy { $0.hasSuffix(" end") })
    }

    @Test func closingWritesWhatIsLeft() throws {
        let log = try LogOutput(Self.settings("stderr.file = \(folder("other.txt"))"), program: "rg-test")
        log.append([UInt8]("last words\n".utf8))
        log.close()
        #expect(try String(contentsOfFile: folder("other.txt"), encoding: .utf8) == "last words\n")
    }

    @Test func whatIsSaidAfterTheEndKeepsNobodyWaiting() throws {
        let log = try LogOutput(Self.settings("stderr.file = \(folder("late.txt"))"), program: "rg-test")
        log.close()
        for _ in 0..<50 {
            log.append([UInt8]("too late\n".utf8))
            usleep(1_000)
        }
        let isFlushed = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            log.flush()
            isFlushed.signal()
        }
        #expect(isFlushed.wait(timeout: .now() + 5) == .success)
    }

    @Test func syslogGetsADatagramForEachLine() throws {
        let path = folder("syslog")
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
        }
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0)
        let log = try LogOutput(Self.settings("syslog.addr = \(path)"), program: "rg-test")
        log.append([UInt8]("one\ntwo\n".utf8))
        log.close()
        for word in ["one", "two"] {
            var buffer = [UInt8](repeating: 0, count: 100)
            let count = unsafe recv(receiver, &buffer, buffer.count, 0)
            #expect(String(decoding: buffer[..<max(0, count)], as: UTF8.self) == "<30>rg-test[\(getpid())]: \(word)")
        }
    }

    @Test func aTargetThatCantBeOpenedIsNamed() {
        let error = #expect(throws: LogTargetError.self) {
            try LogOutput(Self.settings("stderr.file = /none/log.txt"), program: "rg-test")
        }
        #expect(error?.description == "stderr.file = /none/log.txt: No such file or directory")
    }
}
