import Crypto
import Foundation
import HTTPRules

/// Which pages are kept, and for whom: `stream.size`, `store.…`, `delta.HOST`.
package struct PageSettings: Equatable, Sendable {
    /// `stream.size`: larger bodies are passed on as they come.
    package var streamBytes: Int
    /// `store.size`: memory for kept pages.
    package var storeBytes: Int
    /// `store.versions`: how many versions of one page are kept.
    package var versionsPerPage: Int
    /// `store.file`: where pages are kept over a restart; `nil` for nowhere.
    package var file: String?
    /// `store.file.size`: the most bytes that it may take.
    package var fileBytes: Int
    /// `store.private`: whether private pages may leave memory, for the file or a shared store.
    package var keepsPrivate: Bool
    /// `store.key.file`: what visitors' classes are made with, where they have to last; there if ``keepsPrivate``.
    package var keyFile: String?
    /// `delta.HOST`, `delta.default`.
    package var sharing: SharingTable
    /// `delta.cookies.ignored`: cookies that tell no visitors apart.
    package var ignoredCookies: IgnoredCookies

    /// The fewest bytes of `store.key.file`.
    private static let leastKeyBytes = 32

    init(_ settings: inout Settings) {
        streamBytes = settings.takeBytes("stream.size", default: 250_000, in: 0...64_000_000)
        storeBytes = settings.takeBytes("store.size", default: 256_000_000, in: 0...1_000_000_000_000)
        versionsPerPage = settings.take("store.versions", default: 4, in: 1...16)
        file = settings.takePath("store.file")
        fileBytes = settings.takeBytes("store.file.size", default: 1_000_000_000, in: 1_000_000...1_000_000_000_000)
        keepsPrivate = settings.take("store.private", default: false)
        keyFile = settings.takeReadableFile("store.key.file")
        if keepsPrivate, keyFile == nil {
            settings.refuse("store.key.file", "is missing: store.private needs a key that lasts")
        }
        if let keyFile, let size = (try? FileManager.default.attributesOfItem(atPath: keyFile))?[.size] as? Int,
            size < Self.leastKeyBytes
        {
            settings.refuse("store.key.file", "needs \(Self.leastKeyBytes) bytes or more: head -c 32 /dev/urandom")
        }
        ignoredCookies =
            settings.take(
                "delta.cookies.ignored",
                expected:
                    "names of cookies, with * at the end for all that begin so; default stands for those of the list"
            ) { value in
                IgnoredCookies(
                    value.split(separator: " ").flatMap { $0 == "default" ? IgnoredCookies.standard : [String($0)] })
            } ?? IgnoredCookies(IgnoredCookies.standard)!
        sharing = SharingTable(&settings)
    }

    /// A name for the rules of classes: pages that were kept by others are of no use.
    package var classRules: String {
        let text = (sharing.lines + [""] + ignoredCookies.names).joined(separator: "\n")
        return SHA256.hash(data: Data(text.utf8)).prefix(16).map { String($0, radix: 16) }.joined(separator: "-")
    }

    /// Which pages that were kept by other settings may not be kept, or compared, by these; `nil` for none.
    package func forbids(whatWasKeptBy old: PageSettings) -> (@Sendable (String) -> Bool)? {
        // Whoever is told apart by more cookies than before has pages among the shared ones.
        if ignoredCookies != old.ignoredCookies { return { _ in true } }
        guard sharing != old.sharing else { return nil }
        return { [sharing] address in sharing.value(address: address) < old.sharing.value(address: address) }
    }

    /// What visitors' classes are made with.
    ///
    /// Made anew by each process; where private pages leave memory, made from `store.key.file`, so that they are of use
    /// after a restart, and to other listeners.
    ///
    /// - Throws: What the system says when the file can't be read.
    package func classKey() throws -> SymmetricKey {
        guard keepsPrivate, let keyFile else { return SymmetricKey(size: .bits256) }
        let secret = SymmetricKey(data: try Data(contentsOf: URL(filePath: keyFile)))
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, info: Data("railgun classes 1".utf8), outputByteCount: 32)
    }
}
