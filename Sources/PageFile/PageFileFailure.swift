internal import GRDB

/// Why a page file can't be used now.
struct PageFileFailure: Error {
    enum Kind {
        /// It is no database, or a broken one: to be put aside.
        case damaged
        /// A process that comes after this one has begun it anew, by other rules of classes: to be left to it.
        case taken
        case other
    }

    let kind: Kind
    /// What is wrong, and what to do.
    let message: String

    init(_ message: String, kind: Kind = .other) { (self.message, self.kind) = (message, kind) }

    init(_ error: any Error) {
        if let failure = error as? PageFileFailure {
            self = failure
            return
        }
        guard let error = error as? DatabaseError else {
            self.init("\(error)")
            return
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init("it is damaged", kind: .damaged)
        case .SQLITE_FULL: self.init("the disk is full; make room")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init("it can't be opened; its folder must be there, and be writable by this daemon's user")
        case .SQLITE_READONLY: self.init("it is read-only; file and folder must be writable by this daemon's user")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init("another program holds it; end that one")
        case .SQLITE_IOERR: self.init("the disk fails (\(error.extendedResultCode.rawValue)); is it full or broken?")
        default: self.init("the database says \(error.resultCode.rawValue), \(error.message ?? "without a word")")
        }
    }
}
