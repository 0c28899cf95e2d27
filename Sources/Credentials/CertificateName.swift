import Foundation
import SwiftASN1
import X509

/// A host name or an IP address that a certificate is good for.
package struct CertificateName: Hashable, Sendable, CustomStringConvertible {
    let generalName: GeneralName
    /// As people write it.
    package let description: String

    /// Reads a name or an address.
    ///
    /// - Throws: ``CredentialError`` when it is neither.
    package init(_ text: String) throws(CredentialError) {
        if let address = Self.bytes(ofAddress: text) {
            generalName = .ipAddress(ASN1OctetString(contentBytes: address[...]))
            description = Self.text(ofAddress: address) ?? text.lowercased()  // as certificates are read
            return
        }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            1...63 ~= label.count
                && label.allSatisfy {
                    0x61...0x7A ~= $0 || 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x5F
                }
        }
        let isNumber = labels.last?.allSatisfy { 0x30...0x39 ~= $0 } ?? true
        guard isName, !isNumber, text.utf8.count <= 253 else {
            throw CredentialError(
                "'\(text)' is no host name and no IP address; use names such as listener.example.org or 192.0.2.7")
        }
        description = text.lowercased()
        generalName = .dnsName(description)
    }

    /// What a certificate says; `nil` for e-mail addresses and the like.
    init?(_ name: GeneralName) {
        switch name {
        case .dnsName(let host): description = host
        case .ipAddress(let address):
            guard let text = Self.text(ofAddress: [UInt8](address.bytes)) else { return nil }
            description = text
        default: return nil
        }
        generalName = name
    }

    private static func bytes(ofAddress text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private static func text(ofAddress bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
