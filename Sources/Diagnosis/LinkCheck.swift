import Credentials
import Exchange
import Foundation
package import Link
import NIOCore
import NIOPosix
package import Operations

/// Tries a link from the sender's end, step by step, and says what each step found.
package struct LinkCheck: Sendable {
    private let address: HostAndPort
    private let credentials: LinkCredentials?
    private let page: TestPage?
    private let say: @Sendable (String) -> Void

    private static let pingCount = 5

    /// - Parameters:
    ///   - address: Where the listener is.
    ///   - credentials: What this end shows and trusts; `nil` for a link without TLS.
    ///   - page: A page to ask for; `nil` for none.
    ///   - say: Takes one line after the other.
    package init(
        _ address: HostAndPort, credentials: LinkCredentials?, page: TestPage? = nil,
        say: @escaping @Sendable (String) -> Void
    ) {
        (self.address, self.credentials, self.page, self.say) = (address, credentials, page, say)
    }

    /// Goes all the way.
    ///
    /// - Throws: ``DiagnosisFailure``: how far it came, and what to check.
    package func run() async throws {
        let tls = try ownTLS()
        let addresses = try NameLookup.addresses(of: address.host, port: address.port)
        if !address.isAddress {
            say("name        \(address.host) is \(addresses.compactMap(\.ipAddress).joined(separator: ", "))")
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (probe, reached) = try await connect(addresses, tls, loop)
        defer { loop.execute { probe.value.lane.close() } }
        try await open(probe, reached)
        try await ping(probe)
        if let page {
            for line in try await page.fetchTwice(over: probe) { say(line) }
        }
        say("all well")
    }

    private func ownTLS() throws(DiagnosisFailure) -> LinkTLS? {
        guard let credentials else {
            say("this end    shows no certificate: wan.tls is 0")
            return nil
        }
        do {
            let own = try CertificateSummary(contentsOf: credentials.certificateFile)
            say("this end    \(own.subject), signed by \(own.issuer), \(own.expiry(at: .now))")
            if own.notAfter < .now {
                throw DiagnosisFailure(
                    "\(credentials.certificateFile) \(own.expiry(at: .now))",
                    check: "make a new one: remove it and its key, and run 'rg-sender cert' in its folder again")
            }
            return try credentials.tls()
        } catch let error as DiagnosisFailure {
            throw error
        } catch let error as CredentialError {
            throw DiagnosisFailure(error.description, check: "'rg-sender cert' makes certificates for both ends")
        } catch {
            throw DiagnosisFailure(
                "the certificate, key and authority of this end can't be used: \(error)",
                check: "is \(credentials.keyFile) the key of \(credentials.certificateFile)?",
                "is \(credentials.authorityFile ?? "ca.bundle") a certificate in PEM?")
        }
    }

    private func connect(
        _ addresses: [SocketAddress], _ tls: LinkTLS?, _ loop: any EventLoop
    ) async throws -> (NIOLoopBound<LinkProbe>, SocketAddress) {
        let host = self.address.host
        var failures: [DiagnosisFailure] = []
        for address in addresses {
            let started = NIODeadline.now()
            let probe = try await loop.submit { NIOLoopBound(LinkProbe(eventLoop: loop), eventLoop: loop) }.get()
            do {
                try await loop.flatSubmit { probe.value.connect(to: address, host: host, tls: tls) }.get()
                say("TCP         connected to \(address.words) in \((.now() - started).words)")
                return (probe, address)
            } catch {
                failures.append(.connecting(to: address, error))
                if addresses.count > 1 { say("TCP         \(failures.last!.what)") }
            }
        }
        throw failures[0]  // a name that has no address was refused before
    }

    private func open(_ probe: NIOLoopBound<LinkProbe>, _ reached: SocketAddress) async throws {
        let (handshake, opened) = try await probe.eventLoop.submit {
            (probe.value.handshake.futureResult, probe.value.opened.futureResult)
        }.get()
        let started = NIODeadline.now()
        do {
            if credentials != nil { show(try await handshake.get(), after: .now() - started) }
            let laneID = try await opened.get()
            say("link        version \(Lane.protocolVersion), connection \(String(laneID, radix: 16))")
        } catch let end as LinkProbe.End {
            throw await DiagnosisFailure(end, at: reached, credentials: credentials)
        }
    }

    private func show(_ handshake: LinkProbe.Handshake, after time: TimeAmount) {
        let version = handshake.version.map { $0 == .tlsv13 ? "version 1.3" : "\($0)" } ?? "of unknown version"
        say("TLS         \(version), in \(time.words)")
        guard let peer = handshake.certificate.flatMap({ try? CertificateSummary(derBytes: $0) }) else { return }
        let names = peer.names.isEmpty ? "" : " for \(peer.names.joined(separator: ", "))"
        say("            the other end is \(peer.subject)\(names); its certificate \(peer.expiry(at: .now))")
        if handshake.applicationProtocol != LinkCredentials.applicationProtocol {
            say("            it doesn't say that it speaks \(LinkCredentials.applicationProtocol)")
        }
    }

    private func ping(_ probe: NIOLoopBound<LinkProbe>) async throws {
        do {
            let samples = try await probe.eventLoop.flatSubmit { probe.value.ping(count: Self.pingCount) }.get()
            let mean = TimeAmount.nanoseconds(samples.reduce(0) { $0 + $1.nanoseconds } / Int64(samples.count))
            say("round trip  \(samples.min()!.words) at least, \(mean.words) on average, of \(samples.count) pings")
        } catch let end as LinkProbe.End {
            throw DiagnosisFailure(
                "the link broke while it was pinged: \(end.link.message)", check: "the listener's log")
        }
    }
}
