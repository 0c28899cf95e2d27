/// Why a certificate could not be made or read, in one line that names what and where.
package struct CredentialError: Error, Hashable, CustomStringConvertible {
    /// The line.
    package let description: String

    init(_ description: String) { self.description = description }
}
