import Crypto
import HTTPRules

/// What may be a base on each site, as `stream.size`, `delta.HOST` and `delta.cookies.ignored` say.
package struct SiteRules: Sendable {
    private let sharing: SharingTable
    private let (perUser, shared): (BaseRules, BaseRules)

    /// Makes the rules; for `key` see ``HTTPRules/BaseRules``.
    package init(_ pages: PageSettings, key: SymmetricKey) {
        let sizes = BaseRules.smallestPageBytes...max(BaseRules.smallestPageBytes, pages.streamBytes)
        sharing = pages.sharing
        func rules(sharesUserPages: Bool) -> BaseRules {
            BaseRules(
                bodyBytes: sizes, sharesUserPages: sharesUserPages, ignored: pages.ignoredCookies, key: key)
        }
        (perUser, shared) = (rules(sharesUserPages: false), rules(sharesUserPages: true))
    }

    /// The rules of what a request names; `nil` where nothing is kept or compared.
    package subscript(authority authority: String, target target: String) -> BaseRules? {
        switch sharing.value(authority: authority, target: target) {
        case .off: nil
        case .private: perUser
        case .shared: shared
        }
    }
}
