import Files
import ArgumentParser
import DeltaEngine
import Foundation
import Explanations
import Reports

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a page has from its base, and what is new.",
        discussion: """
            The second file is either the new version of the page, which is then compared with BASE, or a delta \
            file that 'railgun-diff diff' wrote: the command sees by itself which of the two it is.

              railgun-diff explain monday.html tuesday.html
              railgun-diff explain monday.html tuesday.html.rgd
              railgun-diff explain monday.html tuesday.html --html changes.html

            Of a delta of level balanced or small it also shows where its bits go: the row of bars has the parts of \
            the page, from its start to its end.

            Unchanged text is folded. On a terminal new text is shown on green, removed text struck in red, moved \
            text in cyan; else in {+…+}, {-…-} and {~…~}. Numbers in ⟨…⟩ are offsets in bytes, from and to.
            """)

    @Argument(help: "The old version.", completion: .file()) var base: String
    @Argument(help: "The new version, or a delta file (.rgd).", completion: .file()) var targetOrDelta: String
    @Option(help: "How to encode, where no delta file is given.") var level = DeltaLevel.auto
    @Flag(help: "Fold nothing and shorten nothing.") var full = false
    @Option(
        help: ArgumentHelp(
            "Write a web page with the page's source, a map and the changes in colour.", valueName: "file"),
        completion: .file())
    var html: String?

    func run() throws {
        let old = try FileAccess.read(base)
        let explanation = try explain(try FileAccess.read(targetOrDelta), against: old)
        let gzipBytes = try Gzip.compressedBytes(of: explanation.page)
        let story = Story(explanation, isFull: full)
        if let html {
            try FileAccess.write(explanation.htmlPage(story, gzipBytes: gzipBytes).source.utf8, to: html)
            if html != "-" { Terminal.standardError.write("\(html): written, \(explanation.deltaText)\n") }
            return
        }
        let terminal = Terminal.standardOutput
        let summary = explanation.summary(gzipBytes: gzipBytes, style: terminal.style, columns: terminal.columns)
        terminal.write(summary)
        if story.hasPassages { terminal.write(Story.legend(style: terminal.style) + "\n") }
        terminal.write("\n")
        terminal.write(story.text(style: terminal.style, columns: terminal.isInteractive ? terminal.columns : nil))
    }

    private func explain(_ second: [UInt8], against old: [UInt8]) throws -> Explanation {
        let isDelta = DeltaFileReader.isDeltaFile(second, at: targetOrDelta)
        let file =
            isDelta
            ? try DeltaFileReader.parse(second, at: targetOrDelta)
            : try makeDelta(of: second, named: targetOrDelta, against: old, at: level).file
        do {
            var decoder = DeltaDecoder(outputLimit: DeltaLimits.pageBytes)
            let page = isDelta ? try file.rebuild(from: old.span, with: &decoder) : second
            return try Explanation(
                base: old, named: VisibleText.line(base), page: page, named: VisibleText.line(targetOrDelta),
                delta: file.delta)
        } catch let error as DeltaError {
            if case .wrongBase = error { throw CommandFailure(error, at: base) }
            throw CommandFailure(error, at: targetOrDelta)
        }
    }
}
