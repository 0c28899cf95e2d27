import Testing

/// The checklist of HTTP cases that an intermediary has to get right, sections A to D, on one line for all rows.
@Suite(OneLine())
struct ChecklistTests {
    @Test(arguments: Row.all)
    func theLineKeepsTheRuleOf(row: Row) async throws {
        let (line, origin) = try #require(OneLine.current)
        let exchange = try await onThread { try row.run(at: line.http, origin) }
        let complaints = row.check.complaints(exchange)
        #expect(complaints.isEmpty, "\(row.id)\n\(exchange)\n\(line.logs(about: row.key))")
    }

    @Test(arguments: HTTP2Row.all)
    func theLineKeepsTheRuleOfHTTP2(row: HTTP2Row) async throws {
        let (line, origin) = try #require(OneLine.current)
        let exchange = try await onThread { try row.run(at: line.h2c, origin) }
        let complaints = row.check.complaints(exchange)
        #expect(complaints.isEmpty, "\(row.id)\n\(exchange)\n\(line.logs(about: row.key))")
    }

    @Test func eachRowHasAKeyOfItsOwn() {
        let keys = Row.all.map(\.key) + HTTP2Row.all.map(\.key)
        #expect(Set(keys).count == keys.count)
    }
}

/// One line and one origin for a whole suite; ended with it, whatever happens.
struct OneLine: SuiteTrait, TestScoping {
    @TaskLocal static var current: (line: Line, origin: ScriptedOrigin)?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let (line, origin) = try await onThread {
            let origin = try ScriptedOrigin()
            return (try Line(originPort: origin.port), origin)
        }
        try await Self.$current.withValue((line, origin), operation: body)
        try line.requireGoodEnd()
        origin.stop()
    }
}
