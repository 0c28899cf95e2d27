internal import DeltaEngine
internal import Foundation
internal import GRDB
internal import PageStore

/// The tables of a page file: what is written and read, but not when.
///
/// SQLite in WAL mode, where a crash loses what was not committed and breaks nothing. Everything blocks.
struct PageDatabase: Sendable {
    /// Written into the file, so that no other program's database is taken for one of ours: "RGPF".
    private static let applicationID = 0x5247_5046
    private static let format = 2
    /// Without the name of its rules; those of that time took pages for shared that are not.
    private static let formatWithoutRules = 1
    /// How many pages leave at once where room is needed.
    private static let evictionsAtATime = 16

    private let queue: DatabaseQueue
    private let byteLimit: Int
    /// By which rules the pages that are written belong to classes.
    var rules: String

    /// Opens a file, or begins one that only this user can read.
    ///
    /// - Parameters:
    ///   - settings: Where it is.
    ///   - maxDatabasePages: Beyond these, of 4 kB, SQLite says what it says on a full disk: for tests.
    /// - Throws: What ``PageFileFailure/init(_:)`` puts into words.
    init(_ settings: PageFileSettings, maxDatabasePages: Int? = nil) throws {
        (byteLimit, rules) = (settings.byteLimit, settings.classRules)
        let descriptor = unsafe open(settings.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Foundation.close(descriptor) }  // else SQLite says why
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)  // while the process that is being replaced ends
        configuration.prepareDatabase { database in
            try Self.check(database)
            try database.execute(sql: "PRAGMA secure_delete = ON")  // what is forgotten can't be read in the file
            if let maxDatabasePages { try database.execute(sql: "PRAGMA max_page_count = \(maxDatabasePages)") }
        }
        queue = try DatabaseQueue(path: settings.path, configuration: configuration)
        try queue.write { database in
            try Self.makeTables(database)
            try Self.keep(rules: settings.classRules, database)
            if !settings.keepsPrivate { try database.execute(sql: "DELETE FROM item WHERE expiry IS NOT NULL") }
            try Self.makeRoom(for: 0, limit: byteLimit, database)
        }
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA incremental_vacuum") }
    }

    /// Refuses what is not ours, before anything is changed.
    private static func check(_ database: Database) throws {
        guard try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") != 0 else {
            return try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
            throw PageFileFailure("it is the database of another program; name another file")
        }
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version")
        guard found == format || found == formatWithoutRules else {
            throw PageFileFailure("another version of railgun made it; name another file, or remove it")
        }
    }

    /// `body` is a table of its own: else each use of a page would write all of it.
    private static func makeTables(_ database: Database) throws {
        guard try !database.tableExists("page") else { return }
        try database.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(format);
                CREATE TABLE page (id INTEGER PRIMARY KEY, version BLOB NOT NULL UNIQUE, used INTEGER NOT NULL);
                CREATE INDEX page_used ON page (used);
                CREATE TABLE body (page INTEGER PRIMARY KEY REFERENCES page ON DELETE CASCADE, bytes BLOB NOT NULL);
                CREATE TABLE item (
                    page INTEGER NOT NULL REFERENCES page ON DELETE CASCADE,
                    address TEXT NOT NULL, owner INTEGER NOT NULL, expiry INTEGER,
                    PRIMARY KEY (page, address, owner)
                ) WITHOUT ROWID;
                CREATE INDEX item_expiry ON item (expiry) WHERE expiry IS NOT NULL;
                CREATE TRIGGER item_gone AFTER DELETE ON item
                WHEN NOT EXISTS (SELECT 1 FROM item WHERE page = OLD.page)
                BEGIN DELETE FROM page WHERE id = OLD.page; END;
                """)
    }

    /// Forgets all pages where they belong to classes by other rules than these.
    private static func keep(rules: String, _ database: Database) throws {
        try database.execute(sql: "CREATE TABLE IF NOT EXISTS rules (name TEXT NOT NULL)")
        let before = try String.fetchOne(database, sql: "SELECT name FROM rules")
        guard before != rules else { return }
        try database.execute(sql: "DELETE FROM item; DELETE FROM rules; PRAGMA user_version = \(format)")
        try database.execute(sql: "INSERT INTO rules (name) VALUES (?)", arguments: [rules])
    }

    /// Says that what is there belongs to classes by other rules.
    func rename(rules name: String) throws {
        try queue.write { database in
            try checkRules(database)
            try database.execute(sql: "UPDATE rules SET name = ?", arguments: [name])
        }
    }

    private func checkRules(_ database: Database) throws {
        guard try String.fetchOne(database, sql: "SELECT name FROM rules") == rules else {
            throw PageFileFailure("another process with other rules has it now", kind: .taken)
        }
    }

    func close() { try? queue.close() }

    /// What the database takes, in bytes.
    func usedBytes() throws -> Int { try queue.read(Self.usedBytes) }

    private static func usedBytes(_ database: Database) throws -> Int {
        func number(_ name: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
        return try (number("page_count") - number("freelist_count")) * number("page_size")
    }

    private static func makeRoom(for byteCount: Int, limit: Int, _ database: Database) throws {
        while try usedBytes(database) + byteCount > limit {
            try database.execute(
                sql: "DELETE FROM page WHERE id IN (SELECT id FROM page ORDER BY used LIMIT \(evictionsAtATime))")
            if database.changesCount == 0 { return }
        }
    }

    // MARK: writing

    /// Writes changes in their order, all or none of them.
    func write(_ changes: [PageChange], uses: Set<PageVersion>, now: Int64) throws {
        try queue.write { database in
            try checkRules(database)
            try database.execute(sql: "DELETE FROM item WHERE expiry <= ?", arguments: [now])
            try Self.makeRoom(for: changes.reduce(0) { $0 + $1.byteCount }, limit: byteLimit, database)
            var turn = try Int64.fetchOne(database, sql: "SELECT MAX(used) FROM page") ?? 0
            turn += 1
            let use = try database.cachedStatement(sql: "UPDATE page SET used = ? WHERE version = ?")
            for version in uses { try use.execute(arguments: [turn, Data(version.bytes)]) }
            for change in changes {
                turn += 1
                switch change {
                case .insert(let bytes, let version, let item):
                    try Self.insert(bytes, version, item, turn: turn, database)
                case .remove(let version): try Self.remove(version, database)
                }
            }
        }
    }

    private static func insert(
        _ bytes: [UInt8], _ version: PageVersion, _ item: FiledItem, turn: Int64, _ database: Database
    ) throws {
        let insertPage = try database.cachedStatement(
            sql: """
                INSERT INTO page (version, used) VALUES (?, ?)
                ON CONFLICT (version) DO UPDATE SET used = excluded.used RETURNING id
                """)
        guard let page = try Int64.fetchOne(insertPage, arguments: [Data(version.bytes), turn]) else { return }
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO body (page, bytes) VALUES (?, ?)")
            .execute(arguments: [page, Data(bytes)])
        try database.cachedStatement(
            sql: """
                INSERT INTO item (page, address, owner, expiry) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET expiry = excluded.expiry
                """
        ).execute(arguments: [page, item.address, Int64(bitPattern: item.owner.rawValue), item.expiry])
    }

    /// Removes what some addresses have, and what of it the file's log still holds; returns how many addresses there were.
    func purge(where matches: (String) -> Bool) throws -> Int {
        let count = try queue.write { database in
            let addresses = try String.fetchAll(database, sql: "SELECT DISTINCT address FROM item").filter(matches)
            let remove = try database.cachedStatement(sql: "DELETE FROM item WHERE address = ?")
            try database.execute(sql: "CREATE INDEX item_address ON item (address)")
            for address in addresses { try remove.execute(arguments: [address]) }
            try database.execute(sql: "DROP INDEX item_address")
            return addresses.count
        }
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA incremental_vacuum")
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        return count
    }

    func remove(_ version: PageVersion) throws { try queue.write { try Self.remove(version, $0) } }

    private static func remove(_ version: PageVersion, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM page WHERE version = ?")
            .execute(arguments: [Data(version.bytes)])
    }

    // MARK: reading

    /// One page as it was found, not checked yet.
    struct FiledPage {
        let version: PageVersion
        let bytes: [UInt8]
        let items: [FiledItem]
    }

    /// The pages in the order in which memory wants them: private ones, the last to expire first, then the others, the most
    /// recently used first.
    func order(limit: Int, now: Int64) throws -> [Int64] {
        try queue.read { database in
            try Int64.fetchAll(
                database,
                sql: "SELECT page FROM item WHERE expiry > ? GROUP BY page ORDER BY MAX(expiry) DESC LIMIT ?",
                arguments: [now, limit])
                + Int64.fetchAll(
                    database,
                    sql: """
                        SELECT id FROM page WHERE EXISTS (SELECT 1 FROM item WHERE page = id AND expiry IS NULL)
                        ORDER BY used DESC LIMIT ?
                        """, arguments: [limit])
        }
    }

    /// Reads a page; `nil` where it is gone.
    func page(_ id: Int64) throws -> FiledPage? {
        try queue.read { database in
            try checkRules(database)
            let sql = "SELECT version, bytes FROM page JOIN body ON page = id WHERE id = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [id]) else { return nil }
            let (version, bytes): (Data, Data) = (row["version"], row["bytes"])
            guard let version = PageVersion(bytes: [UInt8](version).span) else {
                throw PageFileFailure("it is damaged", kind: .damaged)
            }
            let items = try Row.fetchAll(
                database, sql: "SELECT address, owner, expiry FROM item WHERE page = ? ORDER BY expiry DESC",
                arguments: [id])
            return FiledPage(
                version: version, bytes: [UInt8](bytes),
                items: items.map { row in
                    FiledItem(
                        address: row["address"], owner: PageOwner(rawValue: UInt64(bitPattern: row["owner"])),
                        expiry: row["expiry"])
                })
        }
    }
}
