/// Whose page: pages of one class are no bases for pages of another, except that everyone may use the shared ones.
///
/// The length of a delta tells how alike two pages are. So what was made for one user must not meet what another one can
/// choose or watch.
package struct PageOwner: RawRepresentable, Hashable, Sendable {
    /// 0 for the shared class; of any other value, a keyed hash over what identifies the user.
    package let rawValue: UInt64

    /// Takes a class as it stands on the link.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What is made for everyone, by all sites.
    ///
    /// An address names its site, and only its own versions are offered for it. So a page of one site is a base for another's
    /// only where both made the very same bytes.
    package static let shared = PageOwner(rawValue: 0)
}
