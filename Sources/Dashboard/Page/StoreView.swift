import Operations
import Reports

/// What the store holds, by size and by age.
struct StoreView {
    private let store: Overview.StoreContents

    init(_ store: Overview.StoreContents) { self.store = store }

    var html: HTML {
        guard store.pages > 0 else {
            return "<p class=\"nothing\">The store is empty: \(Words.bytes(store.limitBytes)) are free.</p>\n"
        }
        let share = store.limitBytes > 0 ? Double(store.bytes) / Double(store.limitBytes) : 0
        return """
            <p class="fill"><strong>\(Quantity.count(store.pages)) pages</strong>, \(Words.bytes(store.bytes)) \
            of \(Words.bytes(store.limitBytes)): \(Quantity.percent(share)) full. A full store forgets first what was \
            not asked for longest.</p>
            \(Words.bar((share, share > 0.95 ? "slow" : "crossed")))
            <div class="pair">
            \(chart("By size of the page", store.sizes))\(chart("By when it was last asked for", store.ages))</div>

            """
    }

    private func chart(_ title: String, _ shares: [Overview.StoreContents.Share]) -> HTML {
        guard !shares.isEmpty else { return "" }
        return BarChart(
            title: title, series: ["bytes"],
            categories: shares.prefix(12).map {
                .init(
                    "\(Words.line($0.label, limit: 40)): \(Quantity.count($0.pages)) \($0.pages == 1 ? "page" : "pages")",
                    [Double($0.bytes)])
            }
        ) { Quantity.bytes(Int($0)) }.html
    }
}
