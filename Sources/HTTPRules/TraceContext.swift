internal import NIOHTTP1

/// Which trace a request belongs to, as the field `traceparent` says it (W3C Trace Context).
///
/// Each hop passes the trace on, under a number of its own, so that what the next one records hangs below it.
package struct TraceContext: Hashable, Sendable {
    private let (idHigh, idLow): (UInt64, UInt64)
    /// The hop that made the request.
    private let parentID: UInt64
    private let flags: UInt8

    /// Somebody on the way may have recorded the request.
    private static let sampled: UInt8 = 1
    /// The trace's number is random.
    private static let random: UInt8 = 2
    private static let knownFlags = sampled | random
    /// A field of version 00, which is what later versions begin with.
    private static let byteCount = 55

    /// Reads a field; `nil` where it breaks the rules, so that no trace may be made of it.
    ///
    /// Of a version after 00 the part counts that version 00 knows.
    package init?(_ field: String) {
        guard field.utf8.count >= Self.byteCount else { return nil }
        let bytes = Array(field.utf8.prefix(Self.byteCount + 1))
        let dash = UInt8(ascii: "-")
        guard let version = Self.number(bytes[0..<2]), version != 0xFF,
            bytes.count == Self.byteCount || (version > 0 && bytes[Self.byteCount] == dash),
            bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let idHigh = Self.number(bytes[3..<19]), let idLow = Self.number(bytes[19..<35]), idHigh | idLow != 0,
            let parentID = Self.number(bytes[36..<52]), parentID != 0,
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(idHigh: idHigh, idLow: idLow, parentID: parentID, flags: UInt8(flags) & Self.knownFlags)
    }

    private init(idHigh: UInt64, idLow: UInt64, parentID: UInt64, flags: UInt8) {
        (self.idHigh, self.idLow, self.parentID, self.flags) = (idHigh, idLow, parentID, flags)
    }

    /// A trace that begins here.
    ///
    /// It counts as recorded, for the log has its number; and that is random.
    package static func started() -> TraceContext {
        TraceContext(idHigh: newNumber(), idLow: newNumber(), parentID: newNumber(), flags: sampled | random)
    }

    /// The same trace, with this hop as the one that makes the request.
    package func continued() -> TraceContext {
        TraceContext(idHigh: idHigh, idLow: idLow, parentID: Self.newNumber(), flags: flags)
    }

    private static func newNumber() -> UInt64 { .random(in: 1 ... .max) }

    /// The field, in version 00.
    package var field: String { "00-\(traceID)-\(Self.digits(parentID, 16))-\(Self.digits(UInt64(flags), 2))" }

    /// The trace's number: 32 digits.
    package var traceID: String { Self.digits(idHigh, 16) + Self.digits(idLow, 16) }

    private static func digits(_ number: UInt64, _ count: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: count - digits.utf8.count) + digits
    }

    /// Digits as they have to be: hexadecimal, in lower case; 16 at most.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// Whether this is one of the fields of a trace.
    @inline(__always)
    static func isField(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name.equalsIgnoringCase("tracestate")
        case 11: name.equalsIgnoringCase("traceparent")
        default: false
        }
    }

    /// Continues the trace of a request, and drops the fields of what is none.
    ///
    /// `tracestate` stays as it is. It means nothing without a valid `traceparent`, and goes with it.
    ///
    /// - Parameter fields: The request's, some of which are ``isField(_:)``.
    /// - Returns: What the next hop is told.
    static func settle(in fields: inout [(String, String)]) -> TraceContext? {
        let parents = fields.indices.filter { fields[$0].0.equalsIgnoringCase("traceparent") }
        guard parents.count == 1, let trace = TraceContext(fields[parents[0]].1)?.continued() else {
            fields.removeAll { isField($0.0) }
            return nil
        }
        fields[parents[0]].1 = trace.field
        return trace
    }
}

extension ForwardedRequest {
    /// Begins a trace, where the request belongs to none.
    package mutating func startTrace() {
        guard trace == nil else { return }
        let started = TraceContext.started()
        fields.add(name: "traceparent", value: started.field)
        trace = started
    }
}
