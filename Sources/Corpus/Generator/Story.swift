/// An article as a news site's home page and its feed show it.
struct Story: Sendable {
    let id: Int
    let section: String
    var headline: String
    let summary: String
    let author: String
    let image: String
    let published: CalendarTime
    var comments: Int

    init(published: CalendarTime, using random: inout SeededGenerator) {
        id = 2_000_000 + published.seconds / 60 % 1_000_000 * 4 + random.integer(in: 0...3)
        section = random.english("section")
        headline = random.english("headline")
        summary = random.paragraph(1...2)
        author = random.english("name")
        image = "\(published.isoDay.replacing("-", with: "/"))/\(random.uuid())"
        self.published = published
        comments = random.integer(in: 0...40)
    }

    var path: String { "/\(section.slug)/\(headline.slug)-\(id)" }
}
