import HTTPRules
import NIOHTTP1
import Testing

/// W3C Trace Context.
struct Traces {
    private static let id = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"
    private static let host = ("Host", "site.test")

    private func fields(_ fields: [(String, String)]) throws -> HTTPHeaders {
        try forwarded(judge(.GET, "/p", [Self.host] + fields)).fields
    }

    /// By the version, what is passed on of the flags.
    @Test(arguments: [
        ("00-\(id)-\(parent)-00", "00"), ("00-\(id)-\(parent)-01", "01"), ("00-\(id)-\(parent)-03", "03"),
        ("00-\(id)-\(parent)-ff", "03"), ("01-\(id)-\(parent)-01", "01"), ("fe-\(id)-\(parent)-01-more.to=come", "01"),
        ("cc-\(id)-\(parent)-01-", "01"),
    ])
    func aTraceGoesOnUnderAnotherParent(field: String, flags: String) throws {
        let request = try forwarded(
            judge(.GET, "/p", [Self.host, ("TraceParent", field), ("tracestate", "a=1"), ("Tracestate", "b= 2 ,c=3")]))
        let passed = try #require(request.fields.first(name: "traceparent")).split(separator: "-")
        try #require(passed.count == 4)
        #expect(passed[0] == "00" && passed[1] == Self.id && passed[3] == flags)
        #expect(passed[2] != Self.parent && passed[2].count == 16)
        #expect(request.fields["tracestate"] == ["a=1", "b= 2 ,c=3"])
        #expect(request.trace?.traceID == Self.id)
        #expect(request.trace?.field == request.fields.first(name: "traceparent"))
    }

    @Test(arguments: [
        "", "00", "00-\(id)-\(parent)", "00-\(id)-\(parent)-", "00-\(id)-\(parent)-0", "00-\(id)-\(parent)-001",
        "00-\(id)-\(parent)-01-", "00-\(id)-\(parent)-01-x", "ff-\(id)-\(parent)-01", "0-\(id)-\(parent)-01",
        "00-\(id.uppercased())-\(parent)-01", "0A-\(id)-\(parent)-01", "00-\(id)-\(parent.uppercased())-01",
        "00-\(id)-\(parent)-0F", "00-00000000000000000000000000000000-\(parent)-01", "00-\(id)-0000000000000000-01",
        "00-\(id.dropLast())g-\(parent)-01", "00-\(id)-\(parent.dropLast())\u{FC}-01", "00_\(id)_\(parent)_01",
        "00-\(id)\(parent)--01", "01-\(id)-\(parent)-01x", " 00-\(id)-\(parent)-01",
        "00-\(id)-\(parent)-01, 00-\(id)-\(parent)-01", "-1-\(id)-\(parent)-01",
    ])
    func whatIsNoTraceIsDroppedWithItsState(field: String) throws {
        let request = try forwarded(
            judge(.GET, "/p", [Self.host, ("traceparent", field), ("X-A", "1"), ("tracestate", "a=1")]))
        #expect(lines(request.fields) == ["X-A: 1"] && request.trace == nil)
    }

    @Test func twoParentsAreNone() throws {
        let field = ("traceparent", "00-\(Self.id)-\(Self.parent)-01")
        #expect(try lines(fields([field, ("tracestate", "a=1"), field])) == [])
    }

    @Test func stateWithoutAParentIsDropped() throws {
        #expect(try lines(fields([("tracestate", "a=1"), ("X-A", "1")])) == ["X-A: 1"])
    }

    @Test func aParentForOneConnectionOnlyIsNone() throws {
        let field = ("traceparent", "00-\(Self.id)-\(Self.parent)-01")
        #expect(try lines(fields([field, ("Connection", "traceparent"), ("tracestate", "a=1")])) == [])
    }

    @Test func aTraceBeginsOnlyWhereThereIsNone() throws {
        var fresh = try forwarded(judge())
        fresh.startTrace()
        let field = try #require(fresh.fields.first(name: "traceparent"))
        #expect(field.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-03/) != nil, "\(field)")
        #expect(TraceContext(field) == fresh.trace)
        var other = try forwarded(judge())
        other.startTrace()
        #expect(other.trace?.traceID != fresh.trace?.traceID)
        var traced = try forwarded(
            judge(.GET, "/p", [Self.host, ("traceparent", "00-\(Self.id)-\(Self.parent)-00")]))
        traced.startTrace()
        #expect(traced.trace?.traceID == Self.id && traced.fields["traceparent"].count == 1)
    }
}
