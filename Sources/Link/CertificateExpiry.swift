import Foundation
import NIOSSL

/// Until when the certificates of one file are valid.
package struct CertificateExpiry: Hashable, Sendable, Codable {
    /// The key of the configuration that names the file.
    package let setting: String
    package let file: String
    /// When the first of them ends, in seconds since 1970.
    package let expires: Int

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - setting: The key of the configuration.
    ///   - file: In PEM; of several certificates the one counts that ends first.
    /// - Throws: What is wrong with the file.
    package init(_ setting: String, _ file: String) throws(PEMFailure) {
        let ends = try PEMFiles.certificates(file).map { Int($0.notValidAfter) }
        self.init(setting: setting, file: file, expires: ends.min() ?? 0)
    }

    init(setting: String, file: String, expires: Int) {
        (self.setting, self.file, self.expires) = (setting, file, expires)
    }

    /// When it is looked at how much time is left.
    package enum Occasion: Sendable {
        /// Somebody is there who reads the log: at a start, at a reload.
        case reading
        /// Once a day.
        case daily
    }

    /// What a person should know: 30 days ahead, and each day of the last seven.
    ///
    /// - Parameters:
    ///   - now: In seconds since 1970.
    ///   - occasion: At a reading, all of the last 30 days count.
    /// - Returns: One line; `nil` where there is time.
    package func warning(now: Int, _ occasion: Occasion) -> String? {
        let days = (expires - now) / 86_400
        let what = "\(setting) = \(file): a certificate"
        guard expires > now else { return "\(what) has expired; renew it, then reload with SIGHUP" }
        guard days < 8 || days == 30 || (occasion == .reading && days < 30) else { return nil }
        let left = days == 0 ? "today" : days == 1 ? "in 1 day" : "in \(days) days"
        return "\(what) expires \(left); renew it, then reload with SIGHUP"
    }
}

extension [CertificateExpiry] {
    /// What a person should know of all of them now.
    package func warnings(_ occasion: CertificateExpiry.Occasion) -> [String] {
        compactMap { $0.warning(now: Int(Date().timeIntervalSince1970), occasion) }
    }
}
