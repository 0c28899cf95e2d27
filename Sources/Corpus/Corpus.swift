import Foundation

/// One sequence of page versions: a folder whose files, in order of name, follow each other in time.
package struct Corpus: Hashable, Sendable {
    /// The folder's name.
    package var name: String
    /// The versions, oldest first.
    package var files: [URL]

    /// Reads which versions a folder holds; hidden files and sub-folders are passed over.
    ///
    /// - Throws: What the file system says; a folder with less than two versions is not an error.
    package init(folder: URL) throws {
        name = folder.lastPathComponent
        files = try FileManager.default
            .contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: .skipsHiddenFiles
            )
            .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Every sub-folder with two versions or more, in order of name; the folder itself where it has none.
    package static func all(in folder: URL) throws -> [Corpus] {
        let subfolders = try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let corpora = try subfolders.map { try Corpus(folder: $0) }.filter { $0.files.count >= 2 }
        guard corpora.isEmpty else { return corpora }
        return [try Corpus(folder: folder)].filter { $0.files.count >= 2 }
    }

    /// Each version with the one before it, which is its base.
    package var pairs: [PagePair] {
        zip(files, files.dropFirst()).map { PagePair(base: $0, target: $1) }
    }
}

/// A version of a page, and the one before it.
package struct PagePair: Hashable, Sendable {
    /// The file of the old version.
    package var base: URL
    /// The file of the new version.
    package var target: URL

    /// Reads both versions.
    package func read() throws -> (base: [UInt8], target: [UInt8]) {
        (try [UInt8](Data(contentsOf: base)), try [UInt8](Data(contentsOf: target)))
    }
}
