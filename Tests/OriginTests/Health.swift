import EmbeddedLine
import Glibc
import HTTPRules
import NIOCore
import NIOSSL
import Operations
import Testing

@testable import Origin

/// Which origins get requests, and what is told of them.
struct Health {
    private let refused = IOError(errnoCode: ECONNREFUSED, reason: "connect")

    @Test func anOriginThatIsDownGetsOneRequestAfterAWhileAndThenMore() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        many.takeDown("o1")
        #expect(many.state("o1") == nil || many.state("o1") == .down)
        for _ in 0..<4 { _ = many.send() }
        #expect(many.hosts == ["o2", "o2", "o2", "o2"])
        many.pool.advance(.seconds(11))
        for _ in 0..<3 { _ = many.send() }
        #expect(many.hosts.suffix(3) == ["o1", "o2", "o2"])
        many.connections[4].send(Pool.ok)
        #expect(many.state("o1") == .starting)
        many.pool.advance(.seconds(11))
        #expect(many.state("o1") == .up)
        let before = many.connections.count
        for _ in 0..<4 { _ = many.send() }
        #expect(many.hosts[before...].filter { $0 == "o1" }.count == 1)  // the idle connection took the other one
    }

    @Test func backupsAreAskedOnlyWhereNobodyElseIsWell() throws {
        let many = try ManyOrigins("a.test = o1, o2, o3 backup")
        for _ in 0..<4 { _ = many.send() }
        #expect(Set(many.hosts) == ["o1", "o2"])
        many.takeDown("o1")
        many.takeDown("o2")
        _ = many.send()
        #expect(many.hosts.last == "o3")
    }

    @Test func whereAllAreDownAllAreAsked() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        many.takeDown("o1")
        many.takeDown("o2")
        for _ in 0..<4 { _ = many.send() }
        #expect(many.hosts.sorted() == ["o1", "o1", "o2", "o2"])
    }

    @Test func changesAreLoggedOnceEach() throws {
        let many = try ManyOrigins("a.test = o1, o2\nb.test = o1", accepts: false)
        for _ in 0..<8 {
            _ = many.send()
            if many.last.address.host == "o1" {
                many.last.refuse(refused)
            } else {
                many.last.accept()
                many.last.send(Pool.ok)
                many.last.close()
            }
        }
        let down = "http://o1:80 can't be reached: Connection refused; it is tried again in 10 s"
        #expect(many.log.lines == ["warning: origin http://o1:80 of a.test and 1 more is down: \(down)"])
        #expect(many.pool.pool.counts.downs == 1)
        many.pool.advance(.seconds(11))
        for _ in 0..<2 {
            _ = many.send()
            many.last.accept()
            many.last.send(Pool.ok)
        }
        #expect(many.log.lines.dropFirst() == ["warning: origin http://o1:80 of a.test and 1 more is up again"])
        let shown = try #require(many.health.summaries(now: many.now).first)
        #expect(shown.address == "http://o1:80" && shown.site == "a.test" && shown.sites == 2 && shown.downs == 1)
        #expect(shown.failures == 3 && shown.error == "http://o1:80 can't be reached: Connection refused")
    }

    @Test func anOnlyOriginIsAskedThoughItIsDown() throws {
        let many = try ManyOrigins("a.test = o1")
        many.takeDown("o1")
        #expect(
            many.log.lines.count == 1 && many.log.lines[0].hasSuffix("there is no other, so it is asked all the same"))
        _ = many.send()
        many.last.send(Pool.ok)
        #expect(many.hosts == ["o1"] && many.log.lines.count == 2)
    }

    @Test func anotherMapKeepsTheStateOfWhatStays() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        many.takeDown("o1")
        many.update("b.test = o9\na.test = o3, o1, o2")
        for _ in 0..<4 { _ = many.send() }
        #expect(Set(many.hosts) == ["o3", "o2"])
        many.update("a.test = o3, o2")
        many.update("a.test = o1, o2")
        _ = many.send()
        #expect(many.hosts.last == "o1")  // it was gone, and is new
    }

    @Test func idleConnectionsToWhatIsGoneAreClosed() throws {
        let many = try ManyOrigins("a.test = o1, o2")
        for _ in 0..<2 { _ = many.send() }
        for connection in many.connections { connection.send(Pool.ok) }
        many.update("a.test = o2")
        many.pool.pool.update(limits: OriginLimits(timeout: .seconds(5)), tls: nil)
        #expect(many.connections.map(\.channel.isActive) == [false, true])
        let answer = many.send().answer
        #expect(many.connections.count == 2)
        many.pool.advance(.seconds(6))
        #expect(answer.failure?.message == "http://o2:80 sent no sign of an answer for 5.0 seconds")
    }

    @Test func visitorsCannotMakeItKeepMore() throws {
        let many = try ManyOrigins("a.test = o1, o2\ndefault = o3")
        for port in 1...100 {
            let site = OriginSite(many.map.target(host: "a.test", port: port), tlsName: "x\(port)")
            for address in site.addresses { _ = many.health.failed(address, "", many.now) }
        }
        #expect(many.health.state.withLockedValue { $0.entries.count } == 3)
    }

    @Test func tlsThatFailsSaysNothingOfPlainHTTP() throws {
        let many = try ManyOrigins("a.test = o1:80, o2:80")
        many.settings.isInsecure = false
        many.update()
        for _ in 0..<3 { _ = many.health.failed(OriginAddress(host: "o1", port: 80, tlsName: "a.test"), "", many.now) }
        _ = many.send()
        #expect(many.hosts == ["o1"] && many.log.lines.count == 1)
    }
}
