import Files
import Foundation
import Reports

/// A folder of recorded pages: a sub-folder for each, whose files sort by time, and a journal of all fetches.
struct Recording {
    /// One line of the journal: a fetch, and what came of it.
    struct Entry: Codable, Hashable {
        /// In UTC.
        var time: String
        var url: String
        /// Within the recording.
        var folder: String
        /// Within the folder; `nil` where nothing was stored.
        var file: String?
        var bytes: Int?
        var milliseconds: Int?
        /// Where it differs from `url`.
        var finalURL: String?
        var contentType: String?
        /// How the server compressed the answer, if it did; the file is decompressed.
        var contentEncoding: String?
        /// Why nothing was stored.
        var failure: String?
    }

    /// A page of this recording.
    struct Page {
        let address: PageAddress
        let folder: String
        /// What has been stored in this run.
        fileprivate(set) var versions = 0
        fileprivate(set) var bytes = 0
        /// How many versions differ from the one before.
        fileprivate(set) var changes = 0
        fileprivate var last: [UInt8]?
    }

    let path: String
    private(set) var pages: [Page] = []
    private let journal: FileHandle

    /// The journal's name: beside the sub-folders, so that it's never taken for a version of a page.
    static let journalName = "record.jsonl"

    /// Opens a recording, or starts one; what it holds already is kept, and continued.
    init(at path: String, addresses: [PageAddress]) throws {
        self.path = path
        let folder = URL(fileURLWithPath: path)
        let journalURL = folder.appending(path: Self.journalName)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: journalURL.path) { try Data().write(to: journalURL) }
            journal = try FileHandle(forUpdating: journalURL)
        } catch {
            throw CommandFailure(error, at: path)
        }
        var taken = Self.folders(in: try journal.readToEnd() ?? Data())
        for address in addresses {
            let url = address.url.absoluteString
            let isFree = taken[address.folderName, default: url] == url
            let name = isFree ? address.folderName : address.distinctFolderName
            taken[name] = url
            pages.append(Page(address: address, folder: name))
        }
    }

    /// Which folder belongs to which address, as the journal tells.
    private static func folders(in journal: Data) -> [String: String] {
        let entries = journal.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(Entry.self, from: $0)
        }
        return Dictionary(entries.map { ($0.folder, $0.url) }, uniquingKeysWith: { first, _ in first })
    }

    /// Stores a version and notes it.
    mutating func store(_ fetched: FetchedPage, ofPage index: Int, at time: Date) throws {
        let page = pages[index]
        let file = "\(Self.name(of: time)).\(fetched.fileExtension)"
        let folder = "\(path)/\(page.folder)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(error, at: folder)
        }
        try FileAccess.write(fetched.body, to: "\(folder)/\(file)")
        var entry = Entry(time: Self.name(of: time), url: page.address.url.absoluteString, folder: page.folder)
        entry.file = file
        entry.bytes = fetched.body.count
        entry.milliseconds = Int(fetched.elapsed / .milliseconds(1))
        if fetched.finalURL != page.address.url { entry.finalURL = fetched.finalURL.absoluteString }
        entry.contentType = fetched.contentType
        entry.contentEncoding = fetched.contentEncoding
        try note(entry)
        pages[index].versions += 1
        pages[index].bytes += fetched.body.count
        if let last = page.last, last != fetched.body { pages[index].changes += 1 }
        pages[index].last = fetched.body
    }

    /// Notes that there is no version.
    mutating func note(_ failure: FetchFailure, ofPage index: Int, at time: Date) throws {
        let page = pages[index]
        var entry = Entry(time: Self.name(of: time), url: page.address.url.absoluteString, folder: page.folder)
        entry.failure = failure.description
        try note(entry)
    }

    private func note(_ entry: Entry) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            try journal.seekToEnd()
            try journal.write(contentsOf: encoder.encode(entry) + Data("\n".utf8))
        } catch {
            throw CommandFailure(error, at: "\(path)/\(Self.journalName)")
        }
    }

    /// A time as the start of a file's name, in UTC: names in order are times in order.
    private static func name(of time: Date) -> String {
        time.formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true).dateSeparator(.omitted).timeSeparator(.omitted))
    }
}

extension FetchedPage {
    /// What the file is called at its end, so that other programs know it.
    fileprivate var fileExtension: String {
        let type = (contentType ?? "").prefix { $0 != ";" }.lowercased()
        let known = [("html", "html"), ("json", "json"), ("xml", "xml"), ("text/plain", "txt"), ("css", "css")]
        return known.first { type.contains($0.0) }?.1 ?? "bin"
    }
}
