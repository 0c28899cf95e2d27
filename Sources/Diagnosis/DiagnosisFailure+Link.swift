import Credentials
import Exchange
import Foundation
import Link
import NIOCore

extension DiagnosisFailure {
    /// TCP didn't connect.
    static func connecting(to address: SocketAddress, _ error: any Error) -> DiagnosisFailure {
        let port = address.port ?? 0
        switch error {
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return DiagnosisFailure(
                "\(address.words) refuses connections", check: "does rg-listener run there?",
                "is \(port) its wan.port, and does its wan.ip allow this address?")
        case is ChannelError:
            return DiagnosisFailure(
                "\(address.words) didn't answer within \(LinkProbe.connectTimeout.nanoseconds / 1_000_000_000) s",
                check: "does a firewall on the way drop port \(port)?", "is the machine up, and the address right?")
        case let error as IOError:
            return DiagnosisFailure(
                "\(address.words) can't be reached: \(error.words)", check: "the route from here to that network")
        default: return DiagnosisFailure("\(address.words) can't be reached: \(error)")
        }
    }

    /// TCP connected, but the lane didn't open.
    init(_ end: LinkProbe.End, at address: SocketAddress, credentials: LinkCredentials?) async {
        let said = end.tls.map { "\($0)" } ?? ""
        func tlsSaid(_ reasons: String...) -> Bool { reasons.contains { said.contains($0) } }

        if let credentials, tlsSaid("CERTIFICATE_VERIFY_FAILED") {
            self = .untrusted(await StrangersCertificate.read(at: address), at: address, credentials)
        } else if tlsSaid("UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "BAD_CERTIFICATE") {
            let issuer = credentials.flatMap { try? CertificateSummary(contentsOf: $0.certificateFile) }?.issuer
            self.init(
                "the listener at \(address.words) doesn't trust this end's certificate, signed by \(issuer ?? "nobody known")",
                check: "does the listener's wan.ca.bundle hold the authority that signed it? Its log says more")
        } else if tlsSaid("ALERT_CERTIFICATE_EXPIRED") {
            self.init(
                "the listener at \(address.words) says that this end's certificate has expired",
                check: "is the clock right on both machines?")
        } else if tlsSaid("WRONG_VERSION_NUMBER", "HTTP_REQUEST") {
            self.init(
                "what listens on \(address.words) doesn't speak TLS: that is no railgun port",
                check: "is \(address.port ?? 0) the listener's wan.port?", "is wan.tls 1 at the listener?")
        } else if tlsSaid("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL") {
            self.init(
                "what listens on \(address.words) doesn't speak TLS 1.3: that is no railgun port",
                check: "is \(address.port ?? 0) the listener's wan.port?")
        } else {
            self.init(lane: end.link, tls: said, at: address)
        }
    }

    private init(lane error: LinkError, tls said: String, at address: SocketAddress) {
        switch error.code {
        case .foreignPeer where error.message.contains("version"):
            self.init("\(address.words): \(error.message)", check: "update the older end of the link")
        case .foreignPeer, .protocolViolation:
            self.init(
                "\(address.words) is no railgun port: \(error.message)",
                check: "is \(address.port ?? 0) the listener's wan.port?", "is wan.tls the same at both ends?")
        case .silent:
            self.init(
                "\(address.words) accepts connections, but \(error.message): that is no railgun port",
                check: "is \(address.port ?? 0) the listener's wan.port?", "is wan.tls the same at both ends?")
        case .cancelled, .refused, .originFailed, .closed, .shutOut:
            self.init(
                "\(address.words) closed the connection before the link was open" + (said.isEmpty ? "" : ": \(said)"),
                check: "the listener's log, which says why", "is \(address.port ?? 0) the listener's wan.port?")
        }
    }

    /// The other end's certificate didn't pass.
    private static func untrusted(
        _ peer: CertificateSummary?, at address: SocketAddress, _ credentials: LinkCredentials
    ) -> DiagnosisFailure {
        guard let peer else {
            return DiagnosisFailure(
                "the certificate of \(address.words) isn't trusted",
                check: "is it signed by the authority in \(credentials.authorityFile ?? "ca.bundle")?")
        }
        if peer.notAfter < .now || peer.notBefore > .now {
            return DiagnosisFailure(
                "the certificate of \(address.words), \(peer.subject), \(peer.expiry(at: .now))",
                check: "make a new one: 'rg-sender cert', after its two files were removed",
                "is this machine's clock right?")
        }
        if let file = credentials.authorityFile, let authority = try? CertificateSummary(contentsOf: file),
            authority.subject != peer.issuer
        {
            return DiagnosisFailure(
                "\(address.words) shows a certificate of another authority: \(peer.subject), signed by \(peer.issuer), "
                    + "while \(file) is \(authority.subject)",
                check: "do both ends have certificates that one 'rg-sender cert' made?",
                "is \(address.port ?? 0) the listener's wan.port, and not a web server's?")
        }
        return DiagnosisFailure(
            "the certificate of \(address.words), \(peer.subject), isn't one for a listener, or its signature is wrong",
            check: "cert.file and key.file of the listener")
    }
}
