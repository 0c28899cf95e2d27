import Foundation

/// Why no message could be read.
enum WireFailure: Error {
    /// The other side finished before the first byte.
    case finished
    /// The other side finished or broke the connection inside a message.
    case cut(String)
    case malformed(String)
    case timedOut(String)
}

/// One field line of a message.
struct Field: Equatable, Sendable {
    let name: String
    let value: String
}

extension [Field] {
    /// The values of all lines of this name, in order.
    subscript(name: String) -> [String] { filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

    func has(_ name: String) -> Bool { !self[name].isEmpty }
}

/// Reads HTTP/1.1 from a socket as strictly as RFC 9112 is written: both the tests' client and their origin use it.
final class WireReader {
    private let socket: TCPSocket
    private let time: Duration
    private var buffer: [UInt8] = []
    private var start = 0

    /// Reads from a socket, where each next byte may take as long as `time`.
    init(_ socket: TCPSocket, within time: Duration) { (self.socket, self.time) = (socket, time) }

    /// What was received and not read yet.
    var unread: [UInt8] { [UInt8](buffer[start...]) }

    /// Receives more; false where the other side has finished.
    func fill(within bound: Duration? = nil) throws -> Bool {
        if start > 65_536 || start == buffer.count {
            buffer.removeSubrange(..<start)
            start = 0
        }
        do {
            let bytes = try socket.receive(within: bound ?? time)
            buffer += bytes
            return !bytes.isEmpty
        } catch SocketFailure.timedOut {
            throw WireFailure.timedOut(
                "nothing came for \(bound ?? time); unread: \(latin1(unread.prefix(200)).debugDescription)")
        } catch SocketFailure.reset {
            throw WireFailure.cut("reset")
        }
    }

    /// A line without its CRLF.
    func line(isFirst: Bool = false) throws -> String {
        var scanned = 0
        while true {
            if let end = buffer[(start + scanned)...].firstIndex(of: 10) {
                let line = buffer[start..<end]
                guard line.last == 13 else {
                    throw WireFailure.malformed("bare LF after \(latin1(line).debugDescription)")
                }
                start = end + 1
                let text = latin1(line.dropLast())
                guard !line.dropLast().contains(13) else {
                    throw WireFailure.malformed("bare CR in \(text.debugDescription)")
                }
                return text
            }
            scanned = buffer.count - start
            let nothingYet = isFirst && scanned == 0
            do {
                guard try fill() else { throw nothingYet ? WireFailure.finished : .cut("finished inside a line") }
            } catch WireFailure.cut(let how) where nothingYet && how == "reset" {
                throw WireFailure.finished
            }
        }
    }

    /// Field lines, and the empty line that ends them.
    func fields() throws -> [Field] {
        var fields: [Field] = []
        while true {
            let line = try line()
            if line.isEmpty { return fields }
            guard let colon = line.firstIndex(of: ":") else {
                throw WireFailure.malformed("no colon: \(line.debugDescription)")
            }
            let name = String(line[..<colon])
            let isToken = name.utf8.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
            guard !name.isEmpty && isToken else { throw WireFailure.malformed("field name \(name.debugDescription)") }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: CharacterSet(charactersIn: " \t"))
            guard !value.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 }) else {
                throw WireFailure.malformed("control character in \(line.debugDescription)")
            }
            fields.append(Field(name: name, value: value))
        }
    }

    /// Exactly so many bytes, handed on as they come.
    func exactly(_ count: Int, _ take: ([UInt8]) -> Void) throws {
        var missing = count
        while missing > 0 {
            if start == buffer.count {
                guard try fill() else { throw WireFailure.cut("finished with \(missing) of \(count) bytes missing") }
            }
            let end = min(buffer.count, start + missing)
            take(Array(buffer[start..<end]))
            missing -= end - start
            start = end
        }
    }

    /// All chunks; returns the trailers.
    func chunks(_ take: ([UInt8]) -> Void) throws -> [Field] {
        while true {
            let line = try line()
            let digits = line.prefix { $0 != ";" }
            guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit), let size = Int(digits, radix: 16) else {
                throw WireFailure.malformed("chunk size \(line.debugDescription)")
            }
            guard !line.contains(";") else {
                throw WireFailure.malformed("chunk extension passed on: \(line.debugDescription)")
            }
            if size == 0 { return try fields() }
            try exactly(size, take)
            guard try self.line().isEmpty else { throw WireFailure.malformed("no CRLF after a chunk") }
        }
    }

    /// Everything until the other side finishes.
    func untilFinished(_ take: ([UInt8]) -> Void) throws {
        repeat {
            if start < buffer.count { take(Array(buffer[start...])) }
            start = buffer.count
        } while try fill()
    }

    /// Takes what was received and not read yet.
    func takeUnread() -> [UInt8] {
        defer { start = buffer.count }
        return unread
    }
}
