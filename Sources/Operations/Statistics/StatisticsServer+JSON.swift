import Foundation

extension StatisticsServer {
    /// A page that shows a value as JSON; `make` is called each time that somebody asks.
    package static func json(_ make: @escaping @Sendable () async -> any Encodable & Sendable) -> Page {
        { (200, "application/json", JSONEncoder.statistics().bytes(of: await make())) }
    }
}

extension JSONEncoder {
    /// How everything of the statistics is written: `page_bytes`, sorted, for people.
    static func statistics() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return encoder
    }

    /// The JSON, and the end of its last line.
    func bytes(of value: any Encodable) -> [UInt8] {
        do { return [UInt8](try encode(value)) + [0x0A] } catch {
            preconditionFailure("a part of the statistics can't be encoded: \(error)")
        }
    }
}
