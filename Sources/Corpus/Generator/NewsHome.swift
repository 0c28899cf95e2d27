/// The home page of a news site, every 20 minutes: new headlines on top of their blocks, old ones dropping out.
struct NewsHome: GeneratedSite {
    private var random: SeededGenerator
    private var frame: PageFrame
    private var now = CalendarTime.start
    private var blocks: [Block] = []
    private var mostRead: [Story] = []

    private struct Block {
        let name: String
        var stories: [Story]
    }

    init(random: SeededGenerator) {
        var random = random
        frame = PageFrame(using: &random)
        for section in ["Top stories", "Region", "Politics", "Business", "Culture", "Sport", "Science", "Travel"] {
            var published = now
            let stories = (0..<(section == "Top stories" ? 12 : 9)).map { _ in
                published = published.adding(minutes: -random.integer(in: 8...90))
                return Story(published: published, using: &random)
            }
            blocks.append(Block(name: section, stories: stories))
        }
        mostRead = blocks.map { random.pick($0.stories) }
        self.random = random
    }

    mutating func advance() {
        now = now.adding(minutes: 20)
        for index in blocks.indices where random.chance(oneIn: index == 0 ? 2 : 7) {
            let published = now.adding(minutes: -random.integer(in: 1...15))
            blocks[index].stories.insert(Story(published: published, using: &random), at: 0)
            blocks[index].stories.removeLast()
        }
        for index in blocks.indices {
            for story in blocks[index].stories.indices where random.chance(oneIn: 12) {
                blocks[index].stories[story].comments += random.integer(in: 1...5)
            }
        }
        if random.chance(oneIn: 5) {  // an editor finds a better headline
            let block = random.integer(in: 0...blocks.count - 1)
            blocks[block].stories[0].headline = random.english("headline")
        }
        if random.chance(oneIn: 3) {
            mostRead[random.integer(in: 0...mostRead.count - 1)] = random.pick(blocks[0].stories)
        }
        if random.chance(oneIn: 9) { frame.deploy(using: &random) }
    }

    mutating func page() -> String {
        let response = frame.response(using: &random)
        var content =
            "<p class=\"edition\">Updated <time datetime=\"\(now.iso8601)\">\(now.clock.prefix(5))</time></p>\n"
        content += ticker()
        for (index, block) in blocks.enumerated() {
            content += "<section class=\"block block--\(block.name.slug)\" data-block=\"\(index)\">"
            content += "<h2 class=\"block__title\"><a href=\"/\(block.name.slug)\">\(block.name)</a></h2>\n"
            for (position, story) in block.stories.enumerated() { content += teaser(story, isLead: position == 0) }
            content += "</section>\n"
            if index % 3 == 1 { content += PageFrame.advertisement("block-\(index)", using: &random) }
        }
        content += "<aside class=\"most-read\"><h2>Most read</h2><ol>\n"
        for story in mostRead {
            content +=
                "  <li><a href=\"\(story.path)\" data-track=\"most-read|\(story.id)\">\(story.headline)</a></li>\n"
        }
        content += "</ol></aside>\n"
        return frame.page(title: "News from \(frame.site)", path: "/", now: now, response: response, content: content)
    }

    private func ticker() -> String {
        let newest = blocks.flatMap(\.stories).sorted { ($1.published, $1.id) < ($0.published, $0.id) }.prefix(8)
        return "<ul class=\"ticker\">\n"
            + newest.map { story in
                "  <li><time>\(story.published.age(at: now))</time> <a href=\"\(story.path)\">\(story.headline)</a></li>\n"
            }.joined() + "</ul>\n"
    }

    private func teaser(_ story: Story, isLead: Bool) -> String {
        let image = "https://images.\(frame.host.dropFirst(4))/\(story.image).jpg"
        let sources = [2048, 1024, 640, 320, 160].map { "\(image)?width=\($0)&amp;format=auto \($0)w" }
        let hours = (now.seconds - story.published.seconds) / 3600
        // Pages are often cached in parts: only young stories tell their age to the minute.
        let age =
            hours < 1 ? story.published.age(at: now) : "\(story.published.isoDay) \(story.published.clock.prefix(5))"
        return """
              <article class="teaser\(isLead ? " teaser--lead" : "")" data-id="\(story.id)" data-section="\(story.section.slug)">
                <a class="teaser__link" href="\(story.path)">
                  <picture class="teaser__picture"><img class="teaser__image" loading="lazy" src="\(image)?width=160" data-srcset="\(sources.joined(separator: ", "))" sizes="(min-width: 900px) 320px, 100vw" alt="\(story.headline)"></picture>
                  <span class="teaser__kicker">\(story.section)</span>
                  <h3 class="teaser__headline">\(story.headline)</h3>
                </a>
                <p class="teaser__summary">\(story.summary)</p>
                <footer class="teaser__meta"><span class="teaser__author">By \(story.author)</span> <time datetime="\(story.published.iso8601)">\(age)</time> <a class="teaser__comments" href="\(story.path)#comments">\(story.comments) comments</a></footer>
              </article>

            """
    }
}
