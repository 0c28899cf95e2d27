import Explanations
import Foundation
import Operations
import Reports

extension Overview.Savings {
    /// How many bytes the pages have more than what crossed the link.
    var savedBytes: Int { pageBytes - linkBytes }
    /// How many bytes gzip would have sent more than what crossed the link.
    var savedBytesOfGzip: Int { gzipBytes - linkBytes }
    /// What part of the pages was saved; `nil` where there were none.
    var share: Double? { pageBytes > 0 ? Double(savedBytes) / Double(pageBytes) : nil }
    var shareOfGzip: Double? { gzipBytes > 0 ? Double(savedBytesOfGzip) / Double(gzipBytes) : nil }
}

extension Overview.RecentPage {
    /// What part of the page was saved; `nil` where it is empty.
    var share: Double? { pageBytes > 0 ? Double(pageBytes - linkBytes) / Double(pageBytes) : nil }
}

/// How values are written on the dashboard.
enum Words {
    /// A share that was saved: "97.8 %", rounded down, so that nothing looks like more than it is.
    static func saved(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "–" }
        let tenths = (share * 1000).rounded(.down) / 10
        return String(format: "%.1f %%", tenths == 0 ? 0 : tenths).replacing("-", with: "−")
    }

    static func bytes(_ count: Int) -> String {
        count < 0 ? "−" + Quantity.bytes(-count, digits: 3) : Quantity.bytes(count, digits: 3)
    }

    static func speed(_ bytes: Int, over seconds: Int) -> String {
        "\(self.bytes(bytes / max(1, seconds)))/s"
    }

    static func milliseconds(_ value: Double?) -> String {
        guard let value, value.isFinite, value >= 0 else { return "–" }
        return value < 0.001 ? "0 ms" : Quantity.duration(.microseconds(Int64(min(value, 1e9) * 1000)))
    }

    /// An amount of money: "€0.11", "USD 80".
    static func money(_ amount: Double, _ currency: String) -> String {
        guard amount.isFinite else { return "–" }
        let size = abs(amount)
        let number =
            size >= 100
            ? Quantity.count(Int(min(size, 1e15).rounded()))
            : String(format: size >= 0.095 || size == 0 ? "%.2f" : "%.2g", size)
        let sign = amount < 0 ? "−" : ""
        let isWord = currency.contains { $0.isLetter }
        return isWord ? "\(sign)\(line(currency)) \(number)" : "\(sign)\(line(currency))\(number)"
    }

    /// Text from outside on one line, of a length that leaves room for others.
    static func line(_ text: String, limit: Int = 160) -> String {
        let shown = text.utf8.count > limit ? String(text.prefix(limit)) : text
        // A character may have any number of marks: the bytes are bounded, too.
        let line = VisibleText.line(String(decoding: shown.utf8.prefix(4 * limit), as: UTF8.self))
        return shown.utf8.count < text.utf8.count ? line + "…" : line
    }

    /// A moment; a little script shows it in the reader's own time.
    static func time(_ date: Date) -> HTML {
        let utc = Date.ISO8601FormatStyle()
        let text = date.formatted(utc)
        return "<time datetime=\"\(text)\">\(text.dropFirst(11).dropLast()) UTC</time>"
    }

    static func seconds(_ seconds: Int) -> String {
        Quantity.duration(.seconds(max(0, seconds)), digits: 1)
    }

    /// A bar, or several, one before the other: each has a width, as a share of all the room, and a colour.
    static func bar(_ parts: (share: Double, kind: HTML)...) -> HTML {
        let drawn = parts.map { share, kind in
            let width = share.isFinite ? min(100, max(share > 0 ? 0.4 : 0, 100 * share)) : 0
            return "<rect class=\"\(kind)\" width=\"\(String(format: "%.1f", width))%\" height=\"100%\" rx=\"3\"/>"
                as HTML
        }
        return """
            <svg class="bar" aria-hidden="true"><rect class="track" width="100%" height="100%" rx="3"/>\
            \(HTML(joining: drawn))</svg>
            """
    }
}
