/// The type of a body, as far as rules ask for it.
package struct MediaType: Hashable, Sendable {
    /// `text/html`: in lower case, without parameters.
    package let essence: String

    package init(contentType: String) {
        essence = trimmed(contentType[..<(contentType.firstIndex(of: ";") ?? contentType.endIndex)]).lowercased()
    }

    /// Text kinds: what changes a little between two visits, and what gzip makes smaller.
    package var isText: Bool {
        if essence.hasPrefix("text/") || essence.hasSuffix("+xml") || essence.hasSuffix("+json") { return true }
        switch essence {
        case "application/json", "application/javascript", "application/x-javascript", "application/ecmascript",
            "application/xml", "application/xhtml", "application/rss", "application/atom",
            "application/x-ndjson", "application/manifest", "application/graphql", "image/svg":
            return true
        default: return false
        }
    }

    /// A stream without an end, each line of which is wanted at once.
    package var isEventStream: Bool { essence == "text/event-stream" }
}
