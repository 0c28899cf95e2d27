import Foundation

/// A folder of page versions: its files, in order of name, follow each other in time.
package struct PageCorpus {
    /// The folder's name.
    package let name: String
    /// The versions, oldest first.
    package let files: [URL]

    /// Every sub-folder with two versions or more, in order of name; the folder itself where it has none.
    package static func all(in path: String) throws -> [PageCorpus] {
        do {
            let folder = URL(filePath: path)
            let corpora = try entries(of: folder) { $0.isDirectory == true }
                .map { PageCorpus(name: $0.lastPathComponent, files: try entries(of: $0) { $0.isRegularFile == true }) }
                .filter { $0.files.count >= 2 }
            guard corpora.isEmpty else { return corpora }
            let files = try entries(of: folder) { $0.isRegularFile == true }
            guard files.count >= 2 else { throw Refusal("\(path): holds no folder with two versions of a page") }
            return [PageCorpus(name: folder.lastPathComponent, files: files)]
        } catch let error as CocoaError {
            throw Refusal("\(path): \(error.code == .fileReadNoSuchFile ? "no such folder" : "can't be read")")
        }
    }

    /// One half of a corpus's files, by name; levels `balanced` and `small` learned from the later ones.
    package enum Half: String, CaseIterable, Sendable {
        case earlier, later
    }

    /// This corpus with one half of its files, the middle one among the later; `nil` where that leaves less than two.
    package func half(_ half: Half) -> PageCorpus? {
        let middle = files.count / 2
        let kept = Array(half == .earlier ? files[..<middle] : files[middle...])
        return kept.count >= 2 ? PageCorpus(name: name, files: kept) : nil
    }

    /// Pairs of neighbours, each with the older version as its base: at most `limit`, spread evenly over the corpus,
    /// as railgun-bench takes them.
    package func pairs(limit: Int) throws -> [PagePair] {
        let all = Array(zip(files, files.dropFirst()))
        let count = min(limit, all.count)
        return try (0..<count).map { all[$0 * all.count / count] }.map {
            PagePair(base: [UInt8](try Data(contentsOf: $0)), target: [UInt8](try Data(contentsOf: $1)))
        }
    }

    private static func entries(of folder: URL, where fits: (URLResourceValues) -> Bool) throws -> [URL] {
        let keys: Set<URLResourceKey> = [.isDirectoryKey, .isRegularFileKey]
        return try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys), options: .skipsHiddenFiles)
            .filter { fits(try $0.resourceValues(forKeys: keys)) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}

/// A version of a page, and the one before it.
///
/// Codecs written in C keep pointers to their base, so both also lie in memory that stays where it is.
@safe package final class PagePair {
    /// The old version.
    package let base: [UInt8]
    /// The new version.
    package let target: [UInt8]
    /// The old version, for as long as the pair lives.
    package let baseMemory: UnsafeRawBufferPointer
    /// The new version, for as long as the pair lives.
    package let targetMemory: UnsafeRawBufferPointer

    /// Keeps two versions.
    package init(base: [UInt8], target: [UInt8]) {
        (self.base, self.target) = (base, target)
        unsafe baseMemory = Self.keep(base)
        unsafe targetMemory = Self.keep(target)
    }

    deinit {
        unsafe baseMemory.deallocate()
        unsafe targetMemory.deallocate()
    }

    private static func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        unsafe memory.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(memory)
    }
}
