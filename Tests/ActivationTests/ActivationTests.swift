import Credentials
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Operations
import Testing

@testable import Activation

/// A listener's first certificate: over real sockets and TLS, as rg-listener and rg-sender do it.
final class ActivationTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("activation-\(UUID().uuidString)")
        .path
    private let log = LogLines()

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func folder(_ name: String = "ours") throws -> CredentialFolder {
        let folder = CredentialFolder("\(path)/\(name)")
        _ = try folder.make(ends: [.init(name: "sender", names: [])])
        return folder
    }

    /// Gives certificates of a folder while a test asks for some.
    private func serving(
        _ folder: CredentialFolder, _ limits: AttemptLimits = AttemptLimits(),
        _ body: (HostAndPort) async throws -> Void
    ) async throws {
        let log = log
        let channel = try await ActivationServer.listen(
            HostAndPort(host: "127.0.0.1", port: 0), authority: try folder.activation(), sockets: ListeningSockets(),
            group: MultiThreadedEventLoopGroup.singleton, limits: limits, timeout: .minutes(5),
            logger: Logger(label: "test") { _ in log })
        try await body(HostAndPort(host: "127.0.0.1", port: channel.localAddress!.port!))
        try await channel.close()
    }

    private func ask(_ address: HostAndPort, _ token: ActivationToken) async throws -> [String] {
        try await ActivationClient(address, token: token, timeout: .minutes(5)).certificate(
            for: CertificateRequest().request)
    }

    private func refusal(_ address: HostAndPort, _ token: ActivationToken) async -> String {
        do { return "\(try await ask(address, token))" } catch { return "\(error)" }
    }

    @Test func aTokenGivesTheCertificateOfItsNamesOnce() async throws {
        let folder = try folder()
        let token = try folder.token(
            names: [.init("listener2.example.org"), .init("192.0.2.7")], lifetime: 3600)
        try await serving(folder) { address in
            let certificates = try await ask(address, try #require(ActivationToken(token.text)))
            try certificates[0].write(toFile: "\(path)/new.pem", atomically: true, encoding: .utf8)
            let made = try CertificateSummary(contentsOf: "\(path)/new.pem")
            #expect(made.names == ["listener2.example.org", "192.0.2.7"] && made.commonName == "listener2.example.org")
            #expect(made.issuer == (try CertificateSummary(contentsOf: "\(path)/ours/ca.pem")).subject)
            #expect(
                await refusal(address, token).hasSuffix("(403): The token is unknown, has expired, or was used before.")
            )
        }
        #expect(
            !log.text.contains(token.text.dropFirst(4).prefix(8))
                && log.text.contains("listener2.example.org has its certificate"))
        let state = try String(contentsOfFile: "\(path)/ours/tokens", encoding: .utf8)
        #expect(state == "")
    }

    @Test func ofManyWhoTryATokenAtOnceOneGetsACertificate() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("one.example.org")], lifetime: 3600)
        try await serving(folder, AttemptLimits(ofOne: 100, ofAll: 100)) { address in
            let got = await withTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<12 {
                    tasks.addTask {
                        (try? await ActivationClient(address, token: token, timeout: .minutes(5)).certificate(
                            for: CertificateRequest().request))
                            != nil
                    }
                }
                return await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(got == 1)
        }
    }

    @Test func anExpiredTokenGivesNothing() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("late.example.org")], lifetime: 60, now: Date() - 61)
        try await serving(folder) { address in
            #expect(await refusal(address, token).hasSuffix("has expired, or was used before."))
        }
    }

    @Test func aTokenIsNotShownToAnotherAuthority() async throws {
        let (ours, theirs) = (try folder(), try folder("theirs"))
        let token = try ours.token(names: [.init("listener2")], lifetime: 3600)
        try await serving(theirs) { address in
            #expect(
                await refusal(address, token)
                    == "activation.railgun_host = \(address): it doesn't show the authority of the token: is it the rg-sender that made the token?"
            )
        }
        #expect(log.text == "")
        try await serving(ours) { address in _ = try await ask(address, token) }
    }

    /// A listener of the same authority, with its own certificate, must not collect tokens.
    @Test func anEndOfTheLinkCannotStandInForTheAuthority() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("listener2")], lifetime: 3600)
        func der(_ name: String) throws -> [UInt8] {
            try NIOSSLCertificate.fromPEMFile("\(path)/ours/\(name).pem")[0].toDERBytes()
        }
        #expect(throws: CredentialError.self) { try token.check(chain: [try der("sender"), try der("ca")]) }
        #expect(throws: CredentialError.self) { try token.check(chain: [try der("ca")]) }
        #expect(throws: CredentialError.self) { try token.check(chain: []) }
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(folder.activation().chain.utf8)).map {
            try $0.toDERBytes()
        }
        try token.check(chain: chain)
        #expect(throws: CredentialError.self) { try token.check(chain: [chain[0]]) }
        #expect(throws: CredentialError.self) { try token.check(chain: chain, now: Date() + 4000 * 86_400) }
        #expect(throws: CredentialError.self) {
            try CredentialFolder.End(name: "x", names: [.init("activation.railgun.invalid")])
        }
        #expect(throws: CredentialError.self) {
            try CredentialFolder.End(name: "Activation.railgun.invalid", names: [])
        }
    }

    @Test func triesAreBoundedForEachAddressAndForAll() {
        var limits = AttemptLimits(ofOne: 2, ofAll: 3)
        let start = NIODeadline.uptimeNanoseconds(0)
        let tries = [("a", 0), ("a", 0), ("a", 59), ("a", 59), ("b", 59), ("c", 59), ("d", 59), ("a", 60)].map {
            (address: String, second: Int64) in
            limits.attempt(by: address, at: start + .seconds(second))
        }
        let (news, known) = (AttemptLimits.Verdict.refused(isNews: true), AttemptLimits.Verdict.refused(isNews: false))
        #expect(tries == [.allowed, .allowed, news, known, .allowed, news, known, .allowed])
    }

    @Test func tooManyTriesAreToldSo() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("listener2")], lifetime: 3600)
        try await serving(folder, AttemptLimits(ofOne: 0, ofAll: 9)) { address in
            for _ in 0..<3 {
                #expect(await refusal(address, token).contains("(429): There were too many attempts"))
            }
        }
        #expect(log.text.split(separator: "\n").count == 1, "whoever tries all the time fills no log: \(log.text)")
    }

    @Test func aRequestThatIsNoneLeavesTheTokenAsItIs() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("listener2")], lifetime: 3600)
        try await serving(folder) { address in
            let client = ActivationClient(address, token: token, timeout: .minutes(5))
            await #expect(throws: ActivationFailure.self) { try await client.certificate(for: "nonsense") }
            let other = try CertificateRequest().request.split(separator: "\n")
            // A signature that isn't that of the key: bytes of another request in the place of this one's last ones.
            var lines = try CertificateRequest().request.split(separator: "\n")
            lines[lines.count - 2] = other[other.count - 2]
            await #expect(throws: ActivationFailure.self) {
                try await client.certificate(for: lines.joined(separator: "\n") + "\n")
            }
            await #expect(throws: ActivationFailure.self) {
                try await client.certificate(for: String(repeating: "x", count: 20_000))
            }
            _ = try await ask(address, token)
        }
    }

    @Test(arguments: ["", "rgt-", "rgt-abc", "x", String(repeating: "A", count: 68)])
    func whatIsNoTokenIsNotRead(text: String) { #expect(ActivationToken(text) == nil) }

    @Test func aTokenIsNotPrinted() throws {
        let token = try folder().token(names: [.init("listener2")], lifetime: 3600)
        var dumped = ""
        dump(token, to: &dumped)
        for shown in ["\(token)", String(reflecting: token), dumped] {
            #expect(shown == "an activation token" || !shown.contains(token.text.suffix(20)), "\(shown)")
        }
        #expect(token.text.count == 68 && ActivationToken(" \(token.text)\n")?.text == token.text)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can write for others"))
    func tokensThatRootMakesAreThoseOfTheFoldersOwner() throws {
        let folder = try folder()
        try FileManager.default.setAttributes(
            [.ownerAccountID: 65534, .groupOwnerAccountID: 65534], ofItemAtPath: "\(path)/ours")
        _ = try folder.token(names: [.init("listener2")], lifetime: 3600)
        let made = try FileManager.default.attributesOfItem(atPath: "\(path)/ours/tokens")
        #expect(made[.ownerAccountID] as? Int == 65534 && made[.groupOwnerAccountID] as? Int == 65534)
        #expect(made[.posixPermissions] as? Int == 0o600)
    }

    @Test func whatIsWrongAtTheSenderStandsInItsLogOnly() async throws {
        let folder = try folder()
        let token = try folder.token(names: [.init("listener2")], lifetime: 3600)
        try "nonsense\n".write(toFile: "\(path)/ours/tokens", atomically: true, encoding: .utf8)
        try await serving(folder) { address in
            #expect(await refusal(address, token).hasSuffix("the log of rg-sender says why."))
        }
        #expect(log.text.contains(": \(path)/ours/tokens:1: is damaged; remove the file"), "\(log.text)")
    }

    @Test func theFileOfTokensIsItsOwnersAndHoldsNoSecret() throws {
        let token = try folder().token(names: [.init("listener2")], lifetime: 3600)
        let file = "\(path)/ours/tokens"
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        let state = try String(contentsOfFile: file, encoding: .utf8)
        #expect(state.hasSuffix(" listener2\n") && !state.contains(token.text))
        #expect(throws: CredentialError.self) {
            try CredentialFolder("\(path)/none").token(names: [.init("a")], lifetime: 3600)
        }
    }
}

/// What was logged.
private final class LogLines: LogHandler, @unchecked Sendable {  // a lock guards the text
    private let lock = NSLock()
    private var lines = ""
    var text: String { lock.withLock { lines } }
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { lock.withLock { lines += "\(event.message)\n" } }
}
