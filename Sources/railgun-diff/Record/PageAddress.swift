import Explanations
import Files
import DeltaEngine
import Foundation
import Reports

/// A page to record: an address that can be fetched, and the name of its folder.
struct PageAddress: Hashable {
    let url: URL
    /// The address as it was given, safe to show.
    var text: String { VisibleText.line(url.absoluteString) }

    /// Checks an address.
    init(_ text: String) throws {
        let shown = VisibleText.line(text)
        guard text.contains("://") else {
            throw CommandFailure("\(shown): is not a whole address; did you mean https://\(shown)?")
        }
        // An address that holds escapes is taken as it is: escaping it again would make it another page's.
        guard let url = URL(string: text, encodingInvalidCharacters: !text.contains("%")),
            let scheme = url.scheme?.lowercased()
        else { throw CommandFailure("\(shown): is not an address") }
        guard ["http", "https"].contains(scheme) else {
            throw CommandFailure("\(shown): can't be recorded; only http and https can")
        }
        guard let host = url.host(), !host.isEmpty else { throw CommandFailure("\(shown): names no host") }
        guard url.user() == nil, url.password() == nil else {
            throw CommandFailure("\(shown): holds a user name or password, which would be written into the recording")
        }
        self.url = url
    }

    /// A readable name for the folder: "www.example.org_news".
    ///
    /// It is made of letters, digits, `.`, `-` and `_` only and starts with no dot, whatever the address holds.
    var folderName: String {
        let port = url.port.map { "_\($0)" } ?? ""
        let readable = "\(url.host()!)\(port)\(url.path())".lowercased()
        let safe = readable.map { character in
            character.isASCII && (character.isLetter || character.isNumber || ".-".contains(character))
                ? character : "_"
        }
        let name = String(safe).trimmingPrefix { "._-".contains($0) }
        return name.isEmpty ? "page" : String(name.prefix(80)).trimmed(of: "._-")
    }

    /// A name for the folder where the readable one is taken by another page, such as one with another query.
    var distinctFolderName: String {
        "\(folderName)_\(PageVersion(of: [UInt8](url.absoluteString.utf8).span).shortDescription)"
    }
}

extension String {
    /// This text without such characters at its end.
    fileprivate func trimmed(of characters: String) -> String {
        String(prefix(upTo: lastIndex { !characters.contains($0) }.map(index(after:)) ?? startIndex))
    }
}
