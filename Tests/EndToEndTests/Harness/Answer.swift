import Crypto
import Foundation

/// One answer as a strict client understands it.
struct Answer: Sendable {
    enum Framing: Sendable { case none, length, chunked, untilClose }

    /// The 1xx answers before it.
    var interim: [(status: Int, fields: [Field])] = []
    var version = ""
    var status = 0
    var reason = ""
    var fields: [Field] = []
    var framing = Framing.none
    /// The body, or its first MiB.
    var body: [UInt8] = []
    var bodyBytes = 0
    var bodyHash = ""
    var trailers: [Field] = []
    /// When pieces of the body came, after the request was sent.
    var arrivals: [Duration] = []
    /// Nil where the answer is whole; else how the client can tell that it isn't.
    var cut: String?

    var text: String { latin1(body) }
}

extension Answer: CustomStringConvertible {
    var description: String {
        let lines = fields.map { "\($0.name): \($0.value.prefix(200))" }.joined(separator: " | ")
        return "\(interim.map { "(\($0.status)) " }.joined())\(version) \(status) \(reason) | \(lines) | "
            + "\(framing), \(bodyBytes) bytes \(latin1(body.prefix(120)).debugDescription)"
            + "\(cut.map { " CUT: \($0)" } ?? "")"
    }
}

extension WireReader {
    /// Reads the answer to a request.
    ///
    /// - Parameters:
    ///   - method: The request's method: it says whether a body follows.
    ///   - onBody: Called with each piece of the body.
    /// - Returns: The final answer, with the interim ones before it.
    /// - Throws: ``WireFailure`` where there is no whole head, or what came isn't HTTP. A cut body is no failure: see
    ///   ``Answer/cut``.
    func answer(to method: String, onBody: ([UInt8]) -> Void = { _ in }) throws -> Answer {
        let began = ContinuousClock.now
        var answer = Answer()
        repeat {
            if answer.status != 0 { answer.interim.append((answer.status, answer.fields)) }
            try readHead(&answer)
        } while (100..<200).contains(answer.status) && answer.status != 101
        var hash = SHA256()
        func take(_ bytes: [UInt8]) {
            answer.body += bytes.prefix(max(0, 1 << 20 - answer.body.count))
            answer.bodyBytes += bytes.count
            answer.arrivals.append(ContinuousClock.now - began)
            hash.update(data: bytes)
            onBody(bytes)
        }
        let lengths = answer.fields["Content-Length"]
        let codings = answer.fields["Transfer-Encoding"]
        guard lengths.count < 2, lengths.isEmpty || codings.isEmpty else {
            throw WireFailure.malformed("framed twice: \(answer)")
        }
        do {
            if method == "HEAD" || [101, 204, 304].contains(answer.status) {
                answer.framing = .none
            } else if !codings.isEmpty {
                guard codings == ["chunked"] else { throw WireFailure.malformed("Transfer-Encoding: \(codings)") }
                answer.framing = .chunked
                answer.trailers = try chunks(take)
            } else if let length = lengths.first {
                guard !length.isEmpty, length.utf8.allSatisfy({ 48...57 ~= $0 }), let count = Int(length) else {
                    throw WireFailure.malformed("Content-Length: \(length)")
                }
                answer.framing = .length
                try exactly(count, take)
            } else {
                answer.framing = .untilClose
                try untilFinished(take)
            }
        } catch WireFailure.cut(let how) {
            answer.cut = how
        }
        answer.bodyHash = hash.finalize().hex
        return answer
    }

    private func readHead(_ answer: inout Answer) throws {
        let line = try line(isFirst: true)
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].count == 3,
            let status = Int(parts[1]), status >= 100
        else { throw WireFailure.malformed("status line \(line.debugDescription)") }
        (answer.version, answer.status) = (String(parts[0]), status)
        answer.reason = parts.count > 2 ? String(parts[2]) : ""
        answer.fields = try fields()
    }
}
