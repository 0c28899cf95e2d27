import Credentials
import Exchange
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Link

/// Both ends over real sockets and TLS: who is let in, and what the others hear.
final class TLSTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("link-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The certificates of an authority of its own, in a folder of that name.
    private func credentials(_ authority: String, _ end: String) throws -> LinkCredentials {
        let folder = "\(path)/\(authority)"
        _ = try CredentialFolder(folder).make(ends: [
            .init(name: "sender", names: [.init("127.0.0.1")]), .init(name: "listener", names: [.init("127.0.0.1")]),
        ])
        return LinkCredentials(
            certificateFile: "\(folder)/\(end).pem", keyFile: "\(folder)/\(end).key", authorityFile: "\(folder)/ca.pem")
    }

    /// What the listener says of one sender.
    private func listenerHears(from context: NIOSSLContext) async throws -> LinkNews {
        let server = try credentials("ours", "listener").tls()
        let listener = try await Listening(tls: server)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let lane = Lane(role: .sender, settings: LaneSettings(), owner: NewsOwner(continuation: nil))
                    try channel.pipeline.syncOperations.addHandlers(
                        try NIOSSLClientHandler(context: context, serverHostname: nil), lane)
                }
            }.connect(to: listener.channel.localAddress!).get()
        let news = try #require(await listener.next())
        channel.close(promise: nil)
        try await listener.stop()
        return news
    }

    @Test func endsOfOneAuthorityMeet() async throws {
        let context = try credentials("ours", "sender").context()
        #expect(try await listenerHears(from: context) == .opened)
    }

    @Test func aSenderOfAnotherAuthorityIsRefused() async throws {
        var other = try credentials("theirs", "sender")
        other.authorityFile = try credentials("ours", "sender").authorityFile
        let news = try await listenerHears(from: try other.context())
        guard case .closed(let error) = news else { return #expect(Bool(false), "\(news)") }
        #expect(error.code == .closed && error.message.contains("not signed by an authority that is trusted here"))
    }

    /// A client of our authority, but for what the caller changes.
    private func client(_ change: (inout TLSConfiguration) -> Void) throws -> NIOSSLContext {
        let ours = try credentials("ours", "sender")
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(ours.authorityFile!)
        configuration.certificateVerification = .noHostnameVerification
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(ours.certificateFile).map {
            .certificate($0)
        }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: ours.keyFile, format: .pem))
        configuration.applicationProtocols = [LaneMachine.applicationProtocol]
        change(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    @Test func aSenderWithoutACertificateIsRefused() async throws {
        let news = try await listenerHears(
            from: client {
                $0.certificateChain = []
                $0.privateKey = nil
            })
        guard case .closed(let error) = news else { return #expect(Bool(false), "\(news)") }
        #expect(error.message.contains("it showed no certificate"))
    }

    @Test(arguments: [[], ["h2", "http/1.1"], ["railgun/2"]])
    func aClientThatDoesNotAskForTheLinkIsRefusedInWords(protocols: [String]) async throws {
        let news = try await listenerHears(from: client { $0.applicationProtocols = protocols })
        guard case .closed(let error) = news else { return #expect(Bool(false), "\(news)") }
        #expect(error.code == .foreignPeer)
        #expect(error.message == "the other end doesn't offer railgun/1 as its protocol in TLS (ALPN)")
    }

    @Test func tlsBelow13IsRefused() async throws {
        let news = try await listenerHears(from: client { $0.maximumTLSVersion = .tlsv12 })
        guard case .closed(let error) = news else { return #expect(Bool(false), "\(news)") }
        #expect(error.code == .closed)
    }

    @Test func aListenerOfAnotherAuthorityIsNotTrusted() async throws {
        let listener = try await Listening(tls: try credentials("theirs", "listener").tls())
        let dialing = Dialing(
            to: listener.channel.localAddress!.port!, tls: try credentials("ours", "sender").tls())
        guard case .lost(let error, _)? = await dialing.next() else { return #expect(Bool(false)) }
        #expect(error.message.contains("not signed by an authority that is trusted here"))
        try await dialing.stop()
        try await listener.stop()
    }

    @Test func aListenerThatDialsMeetsASender() async throws {
        let sender = try await Listening(places: 1, tls: try credentials("ours", "sender").tls())
        let link = DialingOut(to: sender, tls: try credentials("ours", "listener").tls())
        #expect(await link.next() == "opened")
        let channel = try #require(sender.channels.withLockedValue { $0.first })
        let certificate = try #require(try await channel.eventLoop.submit { channel.peerCertificate }.get())
        #expect(certificate.names == ["127.0.0.1"] && certificate.commonName == "listener")
        link.stop()
        try await sender.stop()
    }

    @Test func aListenerThatDialsReplacesItsLanesToo() async throws {
        let sender = try await Listening(places: 2, tls: try credentials("ours", "sender").tls())
        let link = DialingOut(to: sender, tls: try credentials("ours", "listener").tls())
        #expect(try await sender.settles(at: [1, 2]))
        let old = sender.lanes.withLockedValue { $0 }
        link.renew(try credentials("ours", "listener").tls())
        for lane in old {  // each drains, once the fresh one is there
            while try await lane.eventLoop.submit({ lane.value.isOpen }).get() {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(try await sender.settles(at: [1, 2]))
        link.stop()
        try await sender.stop()
    }

    @Test func aRenewedCertificateReplacesLanesWithoutAGap() async throws {
        let listener = try await Listening(tls: try credentials("ours", "listener").tls())
        let dialing = Dialing(
            to: listener.channel.localAddress!.port!, tls: try credentials("ours", "sender").tls())
        guard case .opened(let first)? = await dialing.next() else { return #expect(Bool(false)) }
        let renewed = try credentials("ours", "sender").tls()
        try await dialing.onLoop { dialer in
            dialer.update(tls: renewed, startTimeout: .seconds(10))
            #expect(dialer.lane?.isOpen == true)
        }
        guard case .opened(let second)? = await dialing.next() else { return #expect(Bool(false)) }
        // The old lane may be over before the listener has read the start of the fresh one.
        var (opened, closed) = (0, 0)
        while opened < 2 || closed < 1 {
            switch await listener.next() {
            case .opened: opened += 1
            case .closed: closed += 1
            case .drains, nil: return #expect(Bool(false), "\(opened) opened, \(closed) closed")
            }
        }
        #expect(try await dialing.onLoop { $0.lane?.isOpen == true } && first == second)  // tests give no names
        try await dialing.stop()
        try await listener.stop()
    }

    @Test func aRenewedCertificateThatIsRefusedLeavesTheOldLane() async throws {
        let listener = try await Listening(tls: try credentials("ours", "listener").tls())
        let dialing = Dialing(
            to: listener.channel.localAddress!.port!, tls: try credentials("ours", "sender").tls())
        guard case .opened? = await dialing.next() else { return #expect(Bool(false)) }
        let theirs = try credentials("theirs", "sender").tls()
        try await dialing.onLoop { $0.update(tls: theirs, startTimeout: .seconds(10)) }
        for _ in 1...2 { guard case .lost? = await dialing.next() else { return #expect(Bool(false)) } }
        #expect(try await dialing.onLoop { $0.lane?.isOpen == true && $0.lastError != nil })
        try await dialing.stop()
        try await listener.stop()
    }
}
