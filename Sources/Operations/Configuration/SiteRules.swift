import Crypto
import HTTPRules

/// What may be a base on each site, as `stream.size` and `delta.HOST` say.
package struct SiteRules: Sendable {
    private let sharing: HostTable<PageSettings.Sharing>
    private let (perUser, shared): (BaseRules, BaseRules)

    /// Makes the rules; for `key` see ``HTTPRules/BaseRules``.
    package init(_ pages: PageSettings, key: SymmetricKey) {
        let sizes = BaseRules.smallestPageBytes...max(BaseRules.smallestPageBytes, pages.streamBytes)
        sharing = pages.sharing
        (perUser, shared) = (
            BaseRules(bodyBytes: sizes, key: key), BaseRules(bodyBytes: sizes, sharesUserPages: true, key: key)
        )
    }

    /// The rules of the site that a request names.
    package subscript(authority: String) -> BaseRules {
        let (host, port) = sharing.isEmpty ? ("", 0) : Authority.split(authority, defaultPort: 0)
        return sharing.value(host: host, port: port) == .shared ? shared : perUser
    }
}
