import Crypto
import Foundation
import X509

extension KeyPin {
    init(_ key: Certificate.PublicKey) {
        // A key that was read can be written.
        let bytes = (try? key.serializeAsPEM().derBytes) ?? []
        description = Self.prefix + Data(SHA256.hash(data: bytes)).base64EncodedString()
    }
}
