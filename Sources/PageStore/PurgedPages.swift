/// What a store has forgotten because it was asked to.
package struct PurgedPages: Sendable {
    /// One version of one class, by which other stores may know it.
    package struct Version: Hashable, Sendable {
        package let prefix: UInt64
        package let owner: PageOwner

        package init(prefix: UInt64, owner: PageOwner) { (self.prefix, self.owner) = (prefix, owner) }
    }

    /// Versions that memory held.
    package var versions: Set<Version> = []
    /// Addresses that memory held, counted once for each class.
    package var addresses = 0
    /// Addresses that the file held; `nil` where there is none.
    package var filedAddresses: Int?
    /// Why the file still has what was to be forgotten; `nil` where it hasn't.
    package var fileFailure: String?

    package init() {}
}
