import Foundation

/// A page of `stats.listen`: what is answered for one path.
package struct StatisticsPage: Sendable {
    /// An answer.
    package struct Answer: Sendable {
        /// Its status: 200, 503.
        package var status: Int
        /// The media type: "application/json".
        package var type: String
        package var bytes: [UInt8]

        package init(status: Int = 200, type: String, bytes: [UInt8]) {
            (self.status, self.type, self.bytes) = (status, type, bytes)
        }
    }

    /// Makes the answer.
    package let answer: @Sendable () async -> Answer

    /// Describes a page; `answer` is called each time that somebody asks.
    package init(_ answer: @escaping @Sendable () async -> Answer) { self.answer = answer }

    /// A page that shows a value as JSON; `make` is called each time that somebody asks.
    package static func json(_ make: @escaping @Sendable () async -> any Encodable & Sendable) -> StatisticsPage {
        StatisticsPage { Answer(type: "application/json", bytes: JSONEncoder.statistics().bytes(of: await make())) }
    }
}

extension Statistics {
    /// The statistics themselves, by path: `/` as JSON, `/metrics` in the form of Prometheus.
    package var pages: [String: StatisticsPage] {
        [
            "/": StatisticsPage { .init(type: "application/json", bytes: await self.document().json()) },
            "/metrics": StatisticsPage {
                .init(type: "text/plain; version=0.0.4", bytes: await self.document().prometheus())
            },
        ]
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
