import Exchange
import Foundation
import NIOCore
import Testing

@testable import Link

/// The example in `docs/formats/link.md`, exchanged anew.
struct DocumentedExchange {
    /// One page, of which the sender holds the version of a minute ago.
    private func exchange(on pair: LanePair) {
        let request = LinkRequest.get("/time", ["accept": "text/html"], offers: [0xd331c03412684b84])
        let (_, _, server, _) = pair.exchange(request)
        let page = PageTransfer(
            base: 0, isKept: true, check: PageCheck(high: 0x31e0087a5186aa47, low: 0xa8d85d0abe2848a7), pageBytes: 25)
        var answer = Answer.status(200, ["content-type": "text/html"], page: page)
        answer.report = OriginReport(flags: 0, microseconds: 1500)
        server.answer(answer)
        server.send(ByteBuffer(bytes: [0x21, 0x13, 0x36]))
        server.finish(trailers: nil)
        pair.run()
    }

    private func pair() -> LanePair {
        var settings = LaneSettings()
        settings.laneID = 0x52_6c67
        settings.checkSecret = (1, 2)
        return LanePair(sender: .forSender(), listener: settings)
    }

    private func document() throws -> String {
        let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: project.appending(path: "docs/formats/link.md"), encoding: .utf8)
    }

    @Test func theDocumentShowsTheBytesThatCross() throws {
        let example = try document().split(separator: "## An example")[1]
        let pair = pair()
        exchange(on: pair)
        for (mark, bytes) in [(">", pair.fromSender), ("<", pair.fromListener)] {
            let shown = example.split(separator: "\n").filter { $0.hasPrefix("    \(mark) ") }.flatMap { line in
                line.dropFirst(6).prefix(48).split(separator: " ").compactMap { UInt8($0, radix: 16) }
            }
            let hex = bytes.readableBytesView.map { String(format: "%02x", $0) }.joined(separator: " ")
            #expect(shown == Array(bytes.readableBytesView), "\(mark) \(hex)")
        }
    }

    @Test func theSecondExchangeIsAsShortAsTheDocumentSays() throws {
        let pair = pair()
        exchange(on: pair)
        let (there, back) = (pair.fromSender.readableBytes, pair.fromListener.readableBytes)
        exchange(on: pair)
        let words = """
            The second request of this kind is \(pair.fromSender.readableBytes - there) bytes long and its answer \
            \(pair.fromListener.readableBytes - back):
            """
        #expect(try document().contains(words), "\(words)")
    }
}
