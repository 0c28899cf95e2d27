/// What a shop sells, as its lists and its product pages show it.
struct Product: Sendable {
    let id: Int
    let name: String
    let brand: String
    let features: [String]
    let images: [String]
    var cents: Int
    var oldCents: Int?
    var stock: Int
    var ratings: Int
    var stars: Int

    init(ware: String, using random: inout SeededGenerator) {
        id = random.integer(in: 10_000_000...99_999_999)
        brand = random.english("brand")
        let model = "\(random.english("noun!")) \(random.integer(in: 2...90) * 10)"
        name = "\(brand) \(model) \(random.english("colour")) \(ware)"
        features = (0..<random.integer(in: 3...6)).map { _ in random.english("feature") }
        images = (0..<random.integer(in: 3...6)).map { _ in random.hex(16) }
        cents = random.integer(in: 5...900) * 100 + random.pick([0, 49, 90, 95, 99])
        stock = random.integer(in: 0...60)
        ratings = random.integer(in: 0...900)
        stars = random.integer(in: 28...50)
        if random.chance(oneIn: 4) { oldCents = cents + random.integer(in: 3...60) * 100 }
    }

    var path: String { "/p/\(name.slug)-\(id)" }

    /// As in `4.3`.
    var rating: String { "\(stars / 10).\(stars % 10)" }

    /// The product as the page's script gets it.
    var json: String {
        let images = images.map { "{\"thumb\":\"/img/t/\($0).webp\",\"large\":\"/img/l/\($0).webp\"}" }
        return
            "{\"id\":\(id),\"name\":\"\(name)\",\"brand\":\"\(brand)\",\"url\":\"\(path)\",\"price\":{\"amount\":\(cents),"
            + "\"formatted\":\"€\(cents.price)\",\"old\":\(oldCents.map { "\($0)" } ?? "null")},\"stock\":{\"count\":\(stock),"
            + "\"state\":\"\(stock == 0 ? "soldOut" : stock < 5 ? "few" : "available")\"},\"rating\":{\"stars\":\(rating),"
            + "\"count\":\(ratings)},\"features\":[\(features.map { "\"\($0)\"" }.joined(separator: ","))],"
            + "\"images\":[\(images.joined(separator: ","))]}"
    }
}
