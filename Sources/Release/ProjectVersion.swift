/// The version of this project, which all of its commands carry.
package enum ProjectVersion {
    /// As `--version` prints it (semver.org).
    package static let current = "0.1.0"
}
