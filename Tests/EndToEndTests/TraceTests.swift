import Foundation
import Testing
import TestSupport

/// W3C Trace Context, over the whole line.
struct TraceTests {
    private static let id = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"

    private func traces(in line: Line, of target: String) -> [String] {
        [line.sender, line.listener].flatMap { daemon in
            let logged = eventually(within: .seconds(10)) { daemon.log(lines: 1, about: "target=\(target)") != "" }
            guard logged else { return ["\(daemon.name) logged nothing"] }
            return daemon.log(lines: .max, about: "target=\(target)").split(separator: "\n").map { entry in
                entry.split(separator: " ").first { $0.hasPrefix("trace=") }.map(String.init) ?? "-"
            }
        }
    }

    @Test func bothEndsContinueATraceAndLogIt() async throws {
        try await withLine { line, origin in
            let field = "traceparent: 00-\(Self.id)-\(Self.parent)-01"
            let state = "tracestate: congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
            #expect(try line.get("/test-traced", [field, state]).text == "ok")
            let request = try #require(origin.requests("test-traced").first)
            let passed = request.fields.filter { $0.name.lowercased() == "traceparent" }
                .map { $0.value.split(separator: "-").map(String.init) }
            try #require(passed.count == 1 && passed[0].count == 4, "\(request)")
            #expect(passed[0][1] == Self.id && passed[0][3] == "01" && passed[0][2] != Self.parent)
            #expect(request.head.contains("\(state)\r\n"))
            #expect(traces(in: line, of: "/test-traced") == ["trace=\(Self.id)", "trace=\(Self.id)"])

            #expect(try line.get("/test-bad", ["traceparent: 00-\(Self.id)-\(Self.parent)-1", state]).text == "ok")
            #expect(try line.get("/test-none").text == "ok")
            for name in ["test-bad", "test-none"] {
                let request = try #require(origin.requests(name).first)
                #expect(!request.head.lowercased().contains("trace"), "\(request)")
                #expect(traces(in: line, of: "/\(name)") == ["-", "-"])
            }
        }
    }

    @Test func aTraceBeginsAtTheSenderWhereThatIsAskedFor() async throws {
        try await withLine(Line.Options(sender: ["trace = 1"])) { line, origin in
            #expect(try line.get("/test-fresh").text == "ok")
            let request = try #require(origin.requests("test-fresh").first)
            let field = try #require(request.fields.first { $0.name.lowercased() == "traceparent" }?.value)
            try #require(field.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-03/) != nil, "\(field)")
            let trace = "trace=\(field.dropFirst(3).prefix(32))"
            #expect(traces(in: line, of: "/test-fresh") == [trace, trace])
        }
    }
}
