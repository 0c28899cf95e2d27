import Foundation
import TestSupport
import Testing

private let browser = "/usr/bin/chromium"

/// The pages that the commands write, as a browser shows them: on a desk and on a phone, by day and by night.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: browser)))
struct ReportPagesTests {
    private let folder = TemporaryFolder()

    @Test func everythingCanBeReadAtEachWidthAndInBothColourSchemes() throws {
        let pages = folder.url.appending(path: "pages").path
        let made = [
            ("railgun-bench", ["generate", "--out", pages, "--versions", "3"]),
            (
                "railgun-bench",
                ["run", "--corpus", pages, "--pairs", "1", "--repeats", "1", "--level", "balanced", "--level", "fast"]
                    + ["--html", "bench.html"]
            ),
            ("railgun-diff", ["corpus", pages, "--level", "balanced", "--level", "fast", "--html", "corpus.html"]),
            (
                "railgun-diff",
                ["explain", "\(pages)/home-news/0001.html", "\(pages)/home-news/0002.html", "--html", "explain.html"]
            ),
        ]
        for (name, arguments) in made {
            let run = try Command(name, arguments, in: folder.url)
            try #require(run.exitCode == 0, "\(run.errors)")
        }
        let shown = try show(["bench.html", "corpus.html", "explain.html"])
        #expect(shown.pages == 3 * 2 * 2)
        #expect(shown.faults == [])
        #expect(shown.console == [])
    }

    /// The check itself: it finds each fault in a page that has them all.
    @Test func aPageWithFaultsIsFound() throws {
        try folder.write(
            """
            <!DOCTYPE html><html lang="en"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <body style="background: #fff; color: #999"><p>faint<p style="width: 2000px">wide<script>1</script>
            <svg role="img" aria-label="x"><text x="-90">cut</text><text x="5" y="9">one</text><text x="6" y="9">two</text>
            <rect width="9" height="9" fill="#eee" class="fill-0"/></svg>
            <div style="overflow: auto; width: 9px">scrolls</div>
            """, to: "faults.html")
        let shown = try show(["faults.html"])
        for fault in [
            "faint: contrast", "scrolls sideways", "cut: cut off", "one over two", "bar: contrast", "keyboard",
        ] {
            #expect(shown.faults.contains { $0.contains(fault) }, "\(fault)")
        }
        #expect(shown.console.contains { $0.contains("Content Security Policy") })
    }

    private struct Shown {
        var pages: Int
        var faults: [String]
        var console: [String]
    }

    /// Shows pages in frames of a page whose script looks into them: they themselves allow no script.
    private func show(_ pages: [String]) throws -> Shown {
        let frames = pages.flatMap { page in
            [390, 1280].flatMap { width in
                ["light", "dark"].map { scheme in
                    """
                    <iframe src="\(page)" name="\(page) at \(width), \(scheme)" width="\(width)" height="900" \
                    style="color-scheme: \(scheme)"></iframe>
                    """
                }
            }
        }
        try folder.write(
            "<!DOCTYPE html><meta charset=utf-8>\(frames.joined())<script>\(Self.script)</script>", to: "frames.html")
        let run = try Command(
            browser,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
                "--enable-logging=stderr", "--user-data-dir=\(folder.url.appending(path: "profile").path)",
                "--dump-dom", folder.url.appending(path: "frames.html").absoluteString,
            ])
        let output = try #require(
            run.output.firstMatch(of: /<output>(.*?)<\/output>/.dotMatchesNewlines()), "\(run.errors)")
        let lines = output.1.split(separator: "\n").map(String.init)
        return Shown(
            pages: Int(lines[0]) ?? 0, faults: Array(lines.dropFirst()),
            console: run.errors.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init))
    }

    private static let script = #"""
        // The luminance of WCAG 2, and the contrast of two colours by it.
        const channels = colour => colour.match(/[\d.]+/g).map(Number)
        const luminance = colour => channels(colour).slice(0, 3).map(c => c / 255)
          .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
        const contrast = (a, b) => {
          const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
          return (high + 0.05) / (low + 0.05)
        }
        const isClear = colour => channels(colour)[3] === 0
        const ground = element => {
          for (let e = element; e; e = e.parentElement) {
            const colour = e.ownerDocument.defaultView.getComputedStyle(e).backgroundColor
            if (!isClear(colour)) return colour
          }
          return "rgb(255, 255, 255)"
        }
        const faults = new Set()
        const look = frame => {
          const view = frame.contentWindow, page = frame.contentDocument, root = page.documentElement
          const fault = text => faults.add(`${frame.name}: ${text}`)
          if (root.scrollWidth > view.innerWidth) fault(`scrolls sideways, ${root.scrollWidth} wide`)
          const isDark = luminance(ground(page.body)) < 0.5
          if (page.querySelector("meta[name=color-scheme]") && isDark !== frame.name.endsWith("dark")) fault("wrong scheme")
          for (const element of page.body.querySelectorAll("*")) {
            if (!element.getClientRects().length) continue
            const style = view.getComputedStyle(element), inDrawing = element.closest("svg")
            const own = [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("")
            if (own && !["title", "desc", "script", "style"].includes(element.localName)) {
              const colour = inDrawing ? style.fill : style.color, ratio = contrast(colour, ground(element))
              if (ratio < 4.5) fault(`${own.slice(0, 30)}: contrast ${ratio.toFixed(1)}`)
            }
            const fill = element.matches("[class^=fill-]") && style.fill
            if (fill && contrast(fill, ground(element)) < 3) fault(`bar: contrast ${contrast(fill, ground(element)).toFixed(1)}`)
            if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === "auto" && element.tabIndex < 0)
              fault(`${element.className}: no scrolling by keyboard`)
            if (element.localName === "svg" && !element.closest("[aria-hidden], [aria-label]")) fault("a chart without a name")
          }
          for (const drawing of page.querySelectorAll("svg:not(svg svg)")) {
            const texts = [...drawing.querySelectorAll("text")].map(t => ({ text: t.textContent, at: t.getBoundingClientRect() }))
              .filter(t => t.at.width > 0)
            for (const { text, at } of texts)
              if (at.left < -1 || at.right > view.innerWidth + 1) fault(`${text}: cut off`)
            texts.forEach((one, i) => texts.slice(i + 1).forEach(two => {
              const wide = Math.min(one.at.right, two.at.right) - Math.max(one.at.left, two.at.left)
              const high = Math.min(one.at.bottom, two.at.bottom) - Math.max(one.at.top, two.at.top)
              if (wide > 1 && high > 4) fault(`${one.text} over ${two.text}`)
            }))
          }
        }
        addEventListener("load", () => {
          const frames = [...document.querySelectorAll("iframe")]
          frames.forEach(look)
          const output = document.createElement("output")
          output.textContent = [frames.length, ...faults].join("\n")
          document.body.append(output)
        })
        """#
}
