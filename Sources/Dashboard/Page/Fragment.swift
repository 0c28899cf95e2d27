import Reports

/// A part of the page that is replaced as a whole while somebody watches.
struct Fragment {
    /// The `id` of the element that holds it.
    let id: String
    let html: HTML

    /// The part where it stands in the page.
    var element: HTML { "<div id=\"\(id)\">\n\(html)</div>\n" }
}
