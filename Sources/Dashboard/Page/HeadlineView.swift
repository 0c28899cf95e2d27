import Operations
import Reports

/// What is saved: in a sentence, as bars, and in figures.
struct HeadlineView {
    private let overview: Overview

    init(_ overview: Overview) { self.overview = overview }

    /// Who tells this, and since when.
    var state: HTML {
        "<p class=\"state\">version \(overview.version), up \(Words.seconds(overview.uptimeSeconds))</p>\n"
    }

    /// The sentence.
    ///
    /// It changes seldom, for it is read out when it does.
    var headline: HTML {
        guard let share = overview.lastHour.share else {
            return """
                <p class="headline">No page came by in the last hour</p>

                """
        }
        guard share > 0 else {
            return """
                <p class="headline">Nothing was saved in the last hour</p>

                """
        }
        return """
            <p class="headline"><strong>\(Words.saved(share))</strong> \
            <span>fewer bytes than the pages have, in the last hour</span></p>

            """
    }

    /// Pages, gzip and link beside each other, and the figures.
    var savings: HTML {
        let (hour, minute, total) = (overview.lastHour, overview.lastMinute, overview.total)
        var figures: [(label: String, value: String, note: String)] = [
            (
                "Saved in the last hour", Words.bytes(hour.savedBytes),
                "\(Words.bytes(hour.savedBytesOfGzip)) against gzip, as estimated: \(Words.saved(hour.shareOfGzip))"
            ),
            (
                "Now", "\(Words.saved(minute.share))",
                minute.requests == 0
                    ? "no page in the last minute"
                    : "\(Words.speed(minute.savedBytes, over: minuteSeconds)) saved, "
                        + "\(Words.speed(minute.linkBytes, over: minuteSeconds)) crossed; against gzip "
                        + Words.saved(minute.shareOfGzip)
            ),
        ]
        if let price = overview.price {
            figures.append(("Worth in an hour", Words.money(cost(hour.savedBytes, price), price.currency), atGzip(1)))
            figures.append(
                (
                    "Worth in a month, at this rate",
                    Words.money(cost(hour.savedBytes, price) * Self.hoursOfMonth, price.currency),
                    atGzip(Self.hoursOfMonth)
                ))
        }
        figures.append(
            (
                "Saved since the start", Words.bytes(total.savedBytes),
                "\(Quantity.count(total.requests)) answers, \(Words.saved(total.share))"
            ))
        let items = figures.map { figure in
            """
            <div><dt>\(figure.label)</dt><dd><strong>\(figure.value)</strong> <span>\(figure.note)</span></dd></div>

            """ as HTML
        }
        return "\(bars)<dl class=\"figures\">\n\(HTML(joining: items))</dl>\n"
    }

    private var bars: HTML {
        let hour = overview.lastHour
        let most = Double(max(1, hour.pageBytes, hour.gzipBytes, hour.linkBytes))
        let rows: [(label: String, bytes: Int, kind: HTML)] = [
            ("Whole pages", hour.pageBytes, "whole"), ("With gzip, as estimated", hour.gzipBytes, "gzip"),
            ("What crossed the link", hour.linkBytes, "crossed"),
        ]
        let items = rows.map { row in
            """
            <div><dt>\(row.label)</dt><dd>\(Words.bytes(row.bytes))\(Words.bar((Double(row.bytes) / most, row.kind)))\
            </dd></div>

            """ as HTML
        }
        return "<dl class=\"bars\">\n\(HTML(joining: items))</dl>\n"
    }

    private static let hoursOfMonth = 730.0

    private var minuteSeconds: Int { min(60, max(1, overview.uptimeSeconds)) }

    /// What bytes of the last hour cost in a whole hour, also where less than an hour has passed.
    private func cost(_ bytes: Int, _ price: Overview.Price) -> Double {
        let hours = Double(min(3600, max(60, overview.uptimeSeconds))) / 3600
        return price.money(bytes: bytes) / hours
    }

    private func atGzip(_ hours: Double) -> String {
        guard let price = overview.price else { return "" }
        let amount = cost(overview.lastHour.savedBytesOfGzip, price) * hours
        let gigabyte = Words.money(price.perGB, price.currency)
        return "\(Words.money(amount, price.currency)) against gzip; a GB costs \(gigabyte)"
    }
}
