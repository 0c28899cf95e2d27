import Credentials
import Foundation
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Link

/// Who may be at the other end of a link, by name, by key and by serial; over real sockets and TLS.
final class PeerTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("peers-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// An end of the authority of a folder.
    private func end(
        _ name: String, for host: String = "127.0.0.1", authority: String = "ours", isProved: Bool = true,
        _ rules: (inout PeerRules) -> Void = { _ in }
    ) throws -> LinkCredentials {
        let folder = "\(path)/\(authority)"
        _ = try CredentialFolder(folder).make(ends: [.init(name: name, names: [.init(host)])])
        var peers = PeerRules()
        rules(&peers)
        return LinkCredentials(
            certificateFile: "\(folder)/\(name).pem", keyFile: "\(folder)/\(name).key",
            authorityFile: isProved ? "\(folder)/ca.pem" : nil, peers: peers)
    }

    private func summary(_ credentials: LinkCredentials) throws -> CertificateSummary {
        try CertificateSummary(contentsOf: credentials.certificateFile)
    }

    /// Lets a sender dial a listener; what comes of it at the sender, and at the listener.
    private func meet(
        sender: LinkCredentials, listener: LinkCredentials
    ) async throws -> (sender: LinkDialer.Event?, listener: LinkNews?) {
        let listening = try await Listening(tls: try listener.tls())
        let dialing = Dialing(to: listening.channel.localAddress!.port!, tls: try sender.tls())
        let (near, far) = (await dialing.next(), await listening.next())
        try await dialing.stop()
        try await listening.stop()
        return (near, far)
    }

    private func words(_ event: LinkDialer.Event?) -> String {
        if case .lost(let error, _)? = event { error.message } else { "\(event, default: "nothing")" }
    }

    private func words(_ news: LinkNews?) -> String {
        if case .closed(let error)? = news { error.message } else { "\(news, default: "nothing")" }
    }

    @Test func aListenerWithAnothersNameIsNotTakenForIt() async throws {
        let said = try await meet(sender: end("sender"), listener: end("other", for: "other.example.org"))
        #expect(
            words(said.sender)
                == "the other end's certificate is for other.example.org, not for 127.0.0.1: make one with 'rg-sender cert --name 127.0.0.1', or set verify.name = 0"
        )
    }

    @Test func aSenderDoesNotStandInForAListener() async throws {
        let said = try await meet(sender: end("sender"), listener: end("sender2", for: "sender2"))
        #expect(words(said.sender).hasPrefix("the other end's certificate is for sender2, not for 127.0.0.1"))
    }

    @Test func namesAreNotComparedWhereThatIsSwitchedOff() async throws {
        let said = try await meet(
            sender: end("sender") { $0.verifiesName = false }, listener: end("other", for: "other.example.org"))
        guard case .opened? = said.sender else { return #expect(Bool(false), "\(said)") }
    }

    @Test func aListenerThatDialsWantsTheNameThatItDialed() async throws {
        let sender = try await Listening(places: 1, tls: try end("sender", for: "edge.example.org").tls())
        let link = DialingOut(to: sender, tls: try end("listener").tls())
        let said = try #require(await link.next())
        #expect(said.hasPrefix("failed: the other end's certificate is for edge.example.org, not for 127.0.0.1"))
        link.stop()
        try await sender.stop()
    }

    @Test(arguments: [("sender", true), ("SENDER2", false)])
    func aListenerTakesTheSendersThatItNames(name: String, isTaken: Bool) async throws {
        let said = try await meet(
            sender: end("sender", for: "sender"),
            listener: end("listener") { $0.names = [name.lowercased()] })
        if isTaken {
            #expect(said.listener == .opened)
        } else {
            #expect(words(said.listener) == "this end's wan.peers doesn't name the certificate of sender")
        }
    }

    @Test func aListenerTakesTheKeyThatItNames() async throws {
        let sender = try end("sender")
        let pin = try summary(sender).pin
        let said = try await meet(sender: sender, listener: end("listener") { $0.names = [pin] })
        #expect(said.listener == .opened)
    }

    @Test(arguments: [true, false]) func anotherKeyThanThePinnedOneIsRefused(isProved: Bool) async throws {
        let (sender, listener, other) = (try end("sender"), try end("listener"), try end("other"))
        var pinned = try end("sender", isProved: isProved)
        pinned.peers.pins = [try summary(listener).pin]
        guard case .opened? = try await meet(sender: pinned, listener: listener).sender else {
            return #expect(Bool(false))
        }
        let pin = try summary(other).pin
        #expect(
            words(try await meet(sender: pinned, listener: other).sender)
                == "the key \(pin) of 127.0.0.1 is none of this end's peer.keys")
        _ = sender
    }

    @Test func twoKeysAreEnoughWithoutAnAuthority() async throws {
        // Each of an authority of its own, as good as signed by itself.
        var (sender, listener) = (
            try end("sender", authority: "theirs", isProved: false),
            try end("listener", for: "somewhere", authority: "ours", isProved: false)
        )
        (sender.peers.pins, listener.peers.pins) = ([try summary(listener).pin], [try summary(sender).pin])
        let said = try await meet(sender: sender, listener: listener)
        guard case .opened? = said.sender, said.listener == .opened else { return #expect(Bool(false), "\(said)") }
        // The same names, but another key.
        let stranger = try end("sender", authority: "strangers", isProved: false) { $0.pins = sender.peers.pins }
        let pin = try summary(stranger).pin
        #expect(
            words(try await meet(sender: stranger, listener: listener).listener)
                == "the key \(pin) of 127.0.0.1 is none of this end's peer.keys")
    }

    @Test func withoutAnAuthorityAndPinsNobodyIsLetIn() async throws {
        let said = try await meet(sender: end("sender"), listener: end("listener", isProved: false))
        #expect(words(said.listener).hasSuffix("is none of this end's peer.keys"))
    }

    @Test func withoutAnAuthorityNamesProveNothing() throws {
        let peer = try summary(end("sender"))
        var rules = PeerRules()
        #expect(rules.identities(of: peer) == ["127.0.0.1", "sender", peer.pin])
        rules.hasAuthority = false
        #expect(rules.identities(of: peer) == [peer.pin])
    }

    @Test(arguments: ["serial", "key"]) func aRefusedCertificateIsNamedInTheLogAndTheOtherEndLearnsNothing(
        by: String
    ) async throws {
        let sender = try end("sender")
        let peer = try summary(sender)
        let refused = try RefusedPeers(by == "serial" ? peer.serial.lowercased() : peer.pin, file: "refused.txt")
        let said = try await meet(sender: sender, listener: end("listener") { $0.refused = refused })
        #expect(
            words(said.listener)
                == "the certificate of 127.0.0.1, serial \(peer.serial), key \(peer.pin), is refused by refused.txt")
        #expect(!words(said.sender).contains("refused"))
    }

    @Test func laterRulesEndALaneAtOnceAndLeaveOthersAlone() async throws {
        let (sender, listener) = (try end("sender"), try end("listener"))
        let listening = try await Listening(tls: try listener.tls())
        let made = try MadeLinkTLS(sender)
        let dialing = Dialing(to: listening.channel.localAddress!.port!, tls: made.tls)
        guard case .opened? = await dialing.next() else { return #expect(Bool(false)) }

        var stricter = sender
        stricter.peers.pins = [try summary(listener).pin]
        let same = try MadeLinkTLS(stricter, keeping: made)
        #expect(same.tls !== made.tls && same.tls.context === made.tls.context)
        try await dialing.onLoop { dialer in
            let lane = dialer.lane
            dialer.update(tls: same.tls, startTimeout: .seconds(10))
            #expect(dialer.lane === lane && lane?.isOpen == true)
        }
        stricter.peers.refused = try RefusedPeers(try summary(listener).serial, file: "refused.txt")
        let none = try MadeLinkTLS(stricter, keeping: same)
        try await dialing.onLoop { dialer in
            dialer.update(tls: none.tls, startTimeout: .seconds(10))
            #expect(dialer.lane == nil && dialer.lastError?.message.contains("is refused by refused.txt") == true)
        }
        try await dialing.stop()
        try await listening.stop()
    }

    @Test func theFileOfRefusedPeersIsReadStrictly() throws {
        let peer = try summary(end("sender"))
        let text = """
            # stolen in May
            \(peer.serial)   # the laptop

            00:01:aB
            \(peer.pin.replacing("sha256/", with: "sha256//"))
            """
        #expect(try RefusedPeers(text, file: "f").contains(peer))
        #expect(try !RefusedPeers("00:01:ab", file: "f").contains(peer))
        #expect(try RefusedPeers("01AB", file: "f") == RefusedPeers("00:01:ab", file: "f"))
        for wrong in ["xyz", "0A 0B", "0A:", "0A:B", "sha256/abc", String(repeating: "A", count: 44), "1.2"] {
            #expect(throws: PEMFailure.self) { try RefusedPeers("01\n\(wrong)", file: "f") }
        }
        do { _ = try RefusedPeers("01\n-", file: "f") } catch {
            #expect(
                "\(error)" == "f:2: use one serial in hexadecimal, such as 0A1B2C, or one sha256/PIN a line")
        }
        #expect(throws: PEMFailure.self) { try RefusedPeers(contentsOf: "\(path)/none") }
    }

    @Test func strangersHaveSoMuchRoomAndNoMore() throws {
        let strangers = Strangers(most: 2)
        let (first, second) = (EmbeddedChannel(), EmbeddedChannel())
        let leave = try strangers.enter(first)
        _ = try strangers.enter(second)
        #expect(throws: Strangers.Full.self) { try strangers.enter(EmbeddedChannel()) }
        leave()
        leave()  // once is enough
        #expect(strangers.taken == 1)
        _ = try? first.finish()
        _ = try? second.finish()
        #expect(strangers.taken == 0)
    }

    private func listening(
        with strangers: Strangers, _ news: AsyncStream<LinkNews>.Continuation? = nil
    ) async throws -> any Channel {
        var door = LinkServer.Door()
        door.strangers = strangers
        return try await LinkServer.listen(
            host: "127.0.0.1", port: 0, tls: .init(try end("listener").tls()),
            on: MultiThreadedEventLoopGroup.singleton, door: door
        ) { _ in (LaneSettings(), NewsOwner(continuation: news)) }
    }

    @Test func aStrangerForWhomThereIsNoRoomIsSentAwayBeforeItsHandshake() async throws {
        let (news, continuation) = AsyncStream.makeStream(of: LinkNews.self)
        let server = try await listening(with: Strangers(most: 0), continuation)
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: server.localAddress!).get().closeFuture.get()
        continuation.finish()
        for await one in news { Issue.record("there was a lane: \(one)") }
        try await server.close()
    }

    @Test func whoShowedACertificateTakesNoRoomOfStrangers() async throws {
        let server = try await listening(with: Strangers(most: 1))
        let port = server.localAddress!.port!
        let ends = [Dialing(to: port, tls: try end("sender").tls()), Dialing(to: port, tls: try end("sender").tls())]
        for end in ends {
            while true { if case .opened? = await end.next() { break } }
        }
        for end in ends { try await end.stop() }
        try await server.close()
    }
}
