/// The cookies that say nothing about who a visitor is: those of analytics, consent banners and balancers.
///
/// They change from request to request, or are different for each browser, and no page is made by them.
package struct IgnoredCookies: Hashable, Sendable {
    private struct Pattern: Hashable, Sendable {
        let name: [UInt8]
        /// Whether longer names that begin so are meant, too.
        let isPrefix: Bool
    }

    /// By the lowest five bits of the first byte, so that few are compared with each cookie.
    private var patterns = [[Pattern]](repeating: [], count: 32)

    /// Those that are ignored unless a site says otherwise.
    package static let standard = [
        // Analytics and advertising.
        "_ga", "_ga_*", "_gid", "_gat", "_gat_*", "_gac_*", "_gcl_*", "__utm*", "_dc_gtm_*", "_fbp", "_fbc", "_hj*",
        "_pk_*", "_clck", "_clsk", "_uetsid", "_uetvid", "_scid", "_ttp", "_pin_unauth", "_rdt_uuid", "_mkto_trk",
        "ajs_anonymous_id", "amplitude_id*", "AMP_*", "mp_*", "hubspotutk", "__hs*", "__gads", "__gpi", "__qca",
        "_ym_*", "_vwo_*", "optimizelyEndUserId", "AMCV_*", "s_cc", "s_sq", "s_vi", "ioam2018", "nmstat",
        // Whether the visitor has agreed to such.
        "CookieConsent", "cookieconsent_*", "cookielawinfo-*", "OptanonConsent", "OptanonAlertBoxClosed", "euconsent*",
        "cookie_notice_accepted", "viewed_cookie_policy", "didomi_token", "usprivacy", "borlabs-cookie",
        // Which server of a group, and whether a browser is a robot.
        "AWSALB*", "BIGipServer*", "ARRAffinity*", "__cf_bm", "_cfuvid", "cf_clearance", "incap_ses_*", "visid_incap_*",
        "nlbi_*", "_abck", "bm_sz", "ak_bmsc",
    ]

    /// Reads names, each of which may end with `*` for all that begin so; `nil` where one is no name of a cookie.
    package init?(_ names: [String]) {
        for name in names.sorted() {
            let isPrefix = name.utf8.last == UInt8(ascii: "*")
            let bytes = Array(isPrefix ? name.utf8.dropLast() : name.utf8[...])
            guard let first = bytes.first, bytes.allSatisfy(\.isTokenByte) else { return nil }
            patterns[Int(first & 31)].append(Pattern(name: bytes, isPrefix: isPrefix))
        }
    }

    /// All of them, always in the same order.
    package var names: [String] {
        patterns.joined().map { String(decoding: $0.name, as: UTF8.self) + ($0.isPrefix ? "*" : "") }
    }

    /// Whether a cookie of this name is ignored; no allocation.
    func contains(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        return patterns[Int(first & 31)].contains { pattern in
            pattern.isPrefix ? name.starts(with: pattern.name) : name.elementsEqual(pattern.name)
        }
    }
}
