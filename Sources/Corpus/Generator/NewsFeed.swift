/// An RSS 2.0 feed, every half hour: new items on top, old ones dropping out.
struct NewsFeed: GeneratedSite {
    private var random: SeededGenerator
    private var now = CalendarTime.start
    private let site: String
    private var stories: [Story] = []

    init(random: SeededGenerator) {
        var random = random
        site = "\(random.english("town")) \(random.english("noun!"))"
        var published = now
        for _ in 0..<45 {
            published = published.adding(minutes: -random.integer(in: 10...120))
            stories.append(Story(published: published, using: &random))
        }
        self.random = random
    }

    mutating func advance() {
        now = now.adding(minutes: 30)
        for _ in 0..<random.integer(in: 0...2) {
            let published = max(
                now.adding(minutes: -random.integer(in: 1...20)), stories[0].published.adding(minutes: 1))
            stories.insert(Story(published: published, using: &random), at: 0)
            stories.removeLast()
        }
        if random.chance(oneIn: 6) { stories[random.integer(in: 0...5)].headline = random.english("headline") }
    }

    func page() -> String {
        let host = "https://www.\(site.slug).example"
        let items = stories.map { story in
            """
                <item>
                  <title><![CDATA[\(story.headline)]]></title>
                  <description><![CDATA[\(story.summary)]]></description>
                  <link>\(host)\(story.path)?source=rss</link>
                  <guid isPermaLink="false">\(host)/id/\(story.id)</guid>
                  <dc:creator><![CDATA[\(story.author)]]></dc:creator>
                  <category>\(story.section)</category>
                  <pubDate>\(story.published.rfc822)</pubDate>
                  <media:thumbnail width="240" height="135" url="\(host)/images/\(story.image).jpg"/>
                </item>

            """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
              <channel>
                <title>\(site)</title>
                <link>\(host)/</link>
                <description>All the news from \(site)</description>
                <atom:link href="\(host)/feed.xml" rel="self" type="application/rss+xml"/>
                <language>en-gb</language>
                <lastBuildDate>\(now.rfc822)</lastBuildDate>
                <ttl>15</ttl>
            \(items.joined())  </channel>
            </rss>

            """
    }
}
