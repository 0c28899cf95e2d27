import Foundation
import X509

/// A folder with a private root and the certificates that it signed.
///
/// Its files are `ca.pem`, `ca.key`, and two for each end: `sender.pem`, `sender.key`.
/// `ca.key` signs for the whole link: it need not be on any machine that serves.
package struct CredentialFolder: Sendable {
    /// An end of the link for which a certificate is made.
    package struct End: Sendable {
        /// Its files are `NAME.pem` and `NAME.key`.
        package var name: String
        /// The host names and addresses under which others connect to it.
        package var names: [CertificateName]

        /// Describes an end; one that nobody connects to still has its own name in the certificate.
        package init(name: String, names: [CertificateName]) throws(CredentialError) {
            let isFileName = name.utf8.allSatisfy {
                0x61...0x7A ~= $0 || 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
            }
            guard isFileName, let first = name.utf8.first, first != 0x2E, name != "ca" else {
                throw CredentialError(
                    "'\(name)' can't name an end: use letters, digits, '-', '.' and '_', and not 'ca'")
            }
            self.name = name
            self.names = names.isEmpty ? [try CertificateName(name)] : names
            guard !self.names.contains(where: { $0.description == ActivationAuthority.name }) else {
                throw CredentialError("'\(ActivationAuthority.name)' is no end's name")
            }
        }
    }

    /// What ``make(ends:now:)`` did.
    package struct Result: Hashable, Sendable {
        /// The files that are new, as paths, in the order in which they were made.
        package var written: [String] = []
        /// The files that were there and stay as they are.
        package var kept: [String] = []
    }

    private let path: String

    /// Names a folder, which need not exist.
    package init(_ path: String) { self.path = path }

    /// Makes what is missing: the folder, the root, and a certificate for each end.
    ///
    /// Nothing that exists is overwritten: to renew a certificate, remove its two files. When something goes wrong on
    /// the way, what was written is removed again. Private keys can be read by their owner only.
    ///
    /// - Throws: ``CredentialError`` when only one file of a pair is there, when the root's files are no pair or have
    ///   expired, or when the folder can't be written.
    package func make(ends: [End], now: Date = Date()) throws(CredentialError) -> Result {
        var result = Result()
        do {
            do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
                throw CredentialError("\(path): the folder can't be made")
            }
            let authority = try authority(&result, now: now)
            for end in ends where !(try keeps(end.name, &result)) {
                try write(try authority.issue(subject: end.name, names: end.names, now: now), as: end.name, &result)
            }
            return result
        } catch {
            for file in result.written { try? FileManager.default.removeItem(atPath: file) }
            throw error as? CredentialError ?? CredentialError("\(path): \(error)")
        }
    }

    /// Makes a token by which one end gets its certificate; the authority has to be there.
    ///
    /// - Parameters:
    ///   - names: What the certificate will be good for; the first is its name.
    ///   - lifetime: How long the token may be used, in seconds.
    ///   - now: The time.
    /// - Returns: The token; of its secret, only a hash is kept here.
    /// - Throws: ``CredentialError`` where there is no authority, or the folder can't be written.
    package func token(
        names: [CertificateName], lifetime: TimeInterval, now: Date = Date()
    ) throws(CredentialError)
        -> ActivationToken
    {
        _ = try End(name: "end", names: names)
        let token: ActivationToken
        do { token = ActivationToken(authority: try readAuthority(now: now).fingerprint) } catch {
            throw error as? CredentialError ?? CredentialError("\(path): \(error)")
        }
        try TokenFile(folder: path).add(token, names: names, expires: now + lifetime, now: now)
        return token
    }

    /// The authority, to give certificates for tokens.
    ///
    /// - Throws: ``CredentialError`` where it isn't there, or can't be used.
    package func activation(now: Date = Date()) throws(CredentialError) -> ActivationAuthority {
        do {
            return try ActivationAuthority(readAuthority(now: now), tokens: TokenFile(folder: path), now: now)
        } catch { throw error as? CredentialError ?? CredentialError("\(path): \(error)") }
    }

    private func readAuthority(now: Date) throws -> CertificateAuthority {
        var result = Result()
        guard try keeps("ca", &result) else {
            throw CredentialError("\(file("ca.pem")): there is no authority; 'rg-sender cert --out \(path)' makes one")
        }
        return try authority(&result, now: now)
    }

    private func authority(_ result: inout Result, now: Date) throws -> CertificateAuthority {
        guard try keeps("ca", &result) else {
            let (authority, files) = try CertificateAuthority.make(now: now)
            try write(files, as: "ca", &result)
            return authority
        }
        let (file, keyFile) = (file("ca.pem"), file("ca.key"))
        let certificate = try Self.certificate(at: file)
        let key: Certificate.PrivateKey
        do { key = try Certificate.PrivateKey(pemEncoded: try Self.text(of: keyFile)) } catch {
            throw error as? CredentialError ?? CredentialError("\(keyFile): holds no private key in PEM")
        }
        guard key.publicKey == certificate.publicKey else {
            throw CredentialError("\(keyFile): is not the key of \(file)")
        }
        guard certificate.notValidAfter > now else {
            throw CredentialError(
                "\(file): \(CertificateSummary(certificate).expiry(at: now)); start with a new folder")
        }
        return CertificateAuthority(certificate: certificate, key: key)
    }

    /// Whether both files of a pair are there.
    private func keeps(_ name: String, _ result: inout Result) throws -> Bool {
        let pair = [file("\(name).pem"), file("\(name).key")]
        let found = pair.filter { FileManager.default.fileExists(atPath: $0) }
        if found.count == 1 {
            let lost = pair[0] == found[0] ? pair[1] : pair[0]
            throw CredentialError("\(lost): is missing, while \(found[0]) is there; bring it back, or remove the other")
        }
        result.kept += found
        return found.count == 2
    }

    private func write(_ issued: CertificateAuthority.Issued, as name: String, _ result: inout Result) throws {
        try write(issued.key, to: file("\(name).key"), mode: 0o600, &result)
        try write(issued.certificate, to: file("\(name).pem"), mode: 0o644, &result)
    }

    private func write(_ text: String, to path: String, mode: mode_t, _ result: inout Result) throws {
        // O_EXCL: a file that appeared just now is not overwritten either. The mode holds from the first byte on.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CredentialError("\(path): can't be written: \(unsafe String(cString: strerror(errno)))")
        }
        result.written.append(path)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do { try handle.write(contentsOf: Data(text.utf8)) } catch {
            throw CredentialError("\(path): can't be written; is the disk full?")
        }
    }

    private func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    static func certificate(at path: String) throws(CredentialError) -> Certificate {
        let text = try text(of: path)
        do { return try Certificate(pemEncoded: text) } catch {
            throw CredentialError("\(path): holds no certificate in PEM")
        }
    }

    private static func text(of path: String) throws(CredentialError) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CredentialError("\(path): can't be read")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
