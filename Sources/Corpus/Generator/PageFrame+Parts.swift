/// The parts of a frame that stay as they are for the whole sequence.
extension PageFrame {
    /// The rules that sites put into the page itself, so that its first screen shows early.
    static func makeStyles(using random: inout SeededGenerator) -> String {
        let properties = [
            "display:flex", "display:grid", "display:block", "position:relative", "position:absolute", "margin:0 auto",
            "padding:0", "align-items:center", "justify-content:space-between", "flex-wrap:wrap", "overflow:hidden",
            "text-decoration:none", "text-transform:uppercase", "font-weight:700", "list-style:none", "width:100%",
            "border-bottom:1px solid var(--line)", "background:var(--surface)", "color:var(--text)", "float:left",
        ]
        return (0..<110).map { _ in
            let name = "\(random.english("noun"))__\(random.english("noun"))"
            let state = random.pick(["", "", "", ":hover", "--active", "--wide", ":first-child", " a", " svg"])
            let size = random.integer(in: 2...96)
            let sizes = random.pick(["font-size", "padding", "margin-top", "gap", "max-width", "border-radius", "top"])
            return ".\(name)\(state){\(random.pick(properties));\(random.pick(properties));\(sizes):\(size)px"
                + (random.chance(oneIn: 3) ? ";color:#\(random.hex(6))}" : "}")
        }.joined()
    }

    /// Ten sections with the pages below them.
    static func makeMenu(using random: inout SeededGenerator) -> String {
        let sections = [
            "News", "Region", "Business", "Culture", "Sport", "Science", "Health", "Travel", "Shop", "More",
        ]
        var menu = "  <nav class=\"menu\" aria-label=\"Main\"><ul class=\"menu__list\">\n"
        for section in sections {
            menu += "    <li class=\"menu__item\"><a class=\"menu__link\" href=\"/\(section.slug)\">\(section)</a>"
            menu += "<ul class=\"menu__sub\">\n"
            for _ in 0..<random.integer(in: 5...9) {
                let page = random.english("thing")
                menu +=
                    "      <li class=\"menu__subitem\"><a class=\"menu__sublink\" href=\"/\(section.slug)/\(page.slug)\""
                menu += " data-track=\"menu|\(section.slug)|\(page.slug)\">\(page)</a></li>\n"
            }
            menu += "    </ul></li>\n"
        }
        return menu + "  </ul></nav>\n"
    }

    /// Links, an address, and the small print.
    static func makeFooter(site: String, using random: inout SeededGenerator) -> String {
        var footer = "<footer class=\"site-footer\">\n"
        for _ in 0..<5 {
            footer += "  <section class=\"site-footer__column\"><h2>\(random.english("noun!"))</h2><ul>\n"
            for _ in 0..<random.integer(in: 5...9) {
                let page = random.english("thing")
                footer += "    <li><a class=\"site-footer__link\" href=\"/info/\(page.slug)\">\(page)</a></li>\n"
            }
            footer += "  </ul></section>\n"
        }
        return footer + """
              <address>\(site), \(random.integer(in: 1...120)) \(random.english("street")) Street, \(random.english("town"))</address>
              <p class="site-footer__note">\(random.paragraph(3...5))</p>
              <p>© 2026 \(site). All rights reserved.</p>
            </footer>

            """
    }

    /// The settings of a consent banner, as pages carry them with them.
    static func makeConsent(using random: inout SeededGenerator) -> String {
        let vendors = (0..<45).map { index in
            let name = "\(random.english("brand")) \(random.english("noun!"))"
            return "{\"id\":\(index * 7 + 3),\"name\":\"\(name)\",\"purposes\":[\(random.integer(in: 1...4)),"
                + "\(random.integer(in: 5...10))],\"policy\":\"https://\(name.slug).example/privacy\"}"
        }
        return "{\"version\":\(random.integer(in: 2...40)),\"vendors\":[\(vendors.joined(separator: ","))]}"
    }
}
