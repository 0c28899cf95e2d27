import Foundation

/// One sequence of page versions: a folder whose files, in order of name, follow each other in time.
package struct Corpus: Hashable, Sendable {
    /// The folder's name.
    package var name: String
    /// The versions, oldest first.
    package var files: [URL]

    /// Reads which versions a folder holds; hidden files and sub-folders are passed over.
    ///
    /// - Throws: ``CorpusError`` where the folder can't be read; one with less than two versions is not an error.
    package init(folder: URL) throws(CorpusError) {
        name = folder.lastPathComponent
        files = try Self.entries(of: folder) { $0.isRegularFile == true }
    }

    /// Every sub-folder with two versions or more, in order of name; the folder itself where it has none.
    ///
    /// - Throws: ``CorpusError``, also where there are no two versions anywhere.
    package static func all(in folder: URL) throws(CorpusError) -> [Corpus] {
        var corpora: [Corpus] = []
        for subfolder in try entries(of: folder, { $0.isDirectory == true }) + [folder] {
            let corpus = try Corpus(folder: subfolder)
            if corpus.files.count >= 2, subfolder != folder || corpora.isEmpty { corpora.append(corpus) }
        }
        guard !corpora.isEmpty else { throw .noVersions(path: folder.path) }
        return corpora
    }

    /// Each version with the one before it, which is its base.
    package var pairs: [PagePair] {
        zip(files, files.dropFirst()).map { PagePair(base: $0, target: $1) }
    }

    /// At most `limit` of the ``pairs``, spread evenly from the first on: a better sample than the first ones.
    package func pairs(limit: Int) -> [PagePair] {
        let all = pairs
        let count = min(limit, all.count)
        return (0..<count).map { all[$0 * all.count / count] }
    }

    /// One half of the files, by name: what is learned from one can be measured on the other.
    package enum Half: String, CaseIterable, Sendable {
        case earlier, later
    }

    /// This corpus with one half of its files, the middle one among the later; `nil` where that leaves less than two.
    package func half(_ half: Half) -> Corpus? {
        let middle = files.count / 2
        let kept = Array(half == .earlier ? files[..<middle] : files[middle...])
        guard kept.count >= 2 else { return nil }
        var corpus = self
        corpus.files = kept
        return corpus
    }

    /// The folder's entries that are of one sort, in order of name; hidden ones and broken links are passed over.
    private static func entries(
        of folder: URL, _ isWanted: (URLResourceValues) -> Bool
    ) throws(CorpusError) -> [URL] {
        func values(_ url: URL) throws -> URLResourceValues {
            try url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey, .isRegularFileKey])
        }
        return try CorpusError.reading(folder) {
            guard try values(folder).isDirectory == true else { throw CorpusError.notAFolder(path: folder.path) }
            return try FileManager.default
                .contentsOfDirectory(
                    at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil, options: .skipsHiddenFiles
                )
                .filter { (try? values($0)).map(isWanted) == true }
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
        }
    }
}

/// A version of a page, and the one before it.
package struct PagePair: Hashable, Sendable {
    /// The file of the old version.
    package var base: URL
    /// The file of the new version.
    package var target: URL

    /// Reads both versions.
    ///
    /// - Throws: ``CorpusError`` where one of them can't be read.
    package func read() throws(CorpusError) -> (base: [UInt8], target: [UInt8]) {
        (try Self.read(base), try Self.read(target))
    }

    private static func read(_ file: URL) throws(CorpusError) -> [UInt8] {
        try CorpusError.reading(file) { try [UInt8](Data(contentsOf: file)) }
    }
}
