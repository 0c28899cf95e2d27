import Foundation

/// The user that a daemon becomes where root starts it, as `user` names it.
package struct ServiceUser: Equatable, Sendable {
    /// As the configuration has it: `NAME`, or `NAME:GROUP`.
    package let text: String
    private let name: String
    private let userID: uid_t
    private let groupID: gid_t

    /// Why the process can't be that user.
    package struct Failure: Error, CustomStringConvertible {
        /// One line for a person.
        package let description: String
    }

    /// Looks a user up; `nil` where there is no such user or group, and for root, who would give up nothing.
    init?(_ text: String) {
        let names = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(names.count), let user = unsafe getpwnam(names[0]) else { return nil }
        (self.text, name, userID) = unsafe (text, names[0], user.pointee.pw_uid)
        if names.count == 2 {
            guard let group = unsafe getgrnam(names[1]) else { return nil }
            groupID = unsafe group.pointee.gr_gid
        } else {
            groupID = unsafe user.pointee.pw_gid
        }
        guard userID != 0, groupID != 0 else { return nil }
    }

    /// Becomes this user for good: its groups, no capability, no way back.
    ///
    /// All threads change at once, and what is opened from now on has to be this user's to open. The kernel writes no core
    /// dump of a process that has changed its user.
    ///
    /// - Throws: ``Failure`` where the process is neither root nor this user already.
    func become() throws(Failure) {
        if geteuid() == userID, getuid() == userID { return }  // a process that takes over from one that was root
        guard geteuid() == 0 else {
            throw Failure(
                description: "user = \(text): only root can become another user; this is user number \(geteuid())")
        }
        guard unsafe initgroups(name, groupID) == 0, setgid(groupID) == 0,
            setuid(userID) == 0
        else { throw Failure(description: "user = \(text): \(unsafe String(cString: strerror(errno)))") }
        // Never go on where the kernel did less than it said.
        guard setuid(0) != 0, geteuid() == userID, getegid() == groupID else {
            throw Failure(description: "user = \(text): root could not be given up")
        }
    }
}
