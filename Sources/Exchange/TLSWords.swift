/// Errors of the TLS library, in words for who runs the site: its own name functions and files.
package enum TLSWords {
    private static let known: [(part: String, words: String)] = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            "its certificate is not signed by an authority that is trusted here, is for another name, or has expired"
        ),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "it showed no certificate"),
        ("CERTIFICATE_REQUIRED", "it asks for a certificate, and this end showed none"),
        ("ALERT_CERTIFICATE_EXPIRED", "it says that this end's certificate has expired"),
        ("UNKNOWN_CA", "it does not trust the authority of this end's certificate"),
        ("CERTIFICATE_UNKNOWN", "it does not trust this end's certificate"),
        ("BAD_CERTIFICATE", "it does not accept this end's certificate"),
        ("HTTP_REQUEST", "it speaks plain HTTP"),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
        ("PROTOCOL_VERSION", "it speaks no version of TLS that is allowed here"),
        ("UNSUPPORTED_PROTOCOL", "it speaks no version of TLS that is allowed here"),
        ("EOF during handshake", "it closed the connection within the TLS handshake"),
        ("uncleanShutdown", "it is gone"),
    ]

    /// What an error means; the library's own words where it isn't known.
    package static func words(for error: any Error) -> String {
        let text = "\(error)"
        return known.first { text.contains($0.part) }?.words ?? text
    }
}
