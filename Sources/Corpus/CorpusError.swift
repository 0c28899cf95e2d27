/// Why a corpus couldn't be read or written; says which path.
package enum CorpusError: Error, Hashable, Sendable {
    /// There is nothing at this path.
    case missing(path: String)
    /// A folder was expected.
    case notAFolder(path: String)
    /// The system refused to read it, for the reason given.
    case unreadable(path: String, reason: String)
    /// The system refused to write it, for the reason given.
    case unwritable(path: String, reason: String)
    /// Neither the folder nor one of its sub-folders holds two versions of a page.
    case noVersions(path: String)
}

extension CorpusError: CustomStringConvertible {
    /// What happened, in words for a person.
    package var description: String {
        switch self {
        case .missing(let path): "\(path): no such file or folder"
        case .notAFolder(let path): "\(path): is a file, not a folder"
        case .unreadable(let path, let reason): "\(path): can't be read: \(reason)"
        case .unwritable(let path, let reason): "\(path): can't be written: \(reason)"
        case .noVersions(let path):
            "\(path): no corpus here: put two or more versions of a page into it, or into a sub-folder for each page"
        }
    }
}
