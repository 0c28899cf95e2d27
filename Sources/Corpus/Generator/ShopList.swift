/// A list in a shop, every hour: prices, stock and order change; once the shop is redesigned.
struct ShopList: GeneratedSite {
    private var random: SeededGenerator
    private var frame: PageFrame
    private var now = CalendarTime.start
    private let ware: String
    private let title: String
    private var products: [Product]
    private var matches: Int
    /// Class names are made of the design's version, as build tools make them: a redesign changes them all.
    private var design: UInt64 = 1
    private var step = 0

    init(random: SeededGenerator) {
        var random = random
        frame = PageFrame(using: &random)
        let ware = random.english("ware")
        self.ware = ware
        title = "All \(ware) offers"
        products = (0..<72).map { _ in Product(ware: ware, using: &random) }
        matches = random.integer(in: 300...2000)
        self.random = random
    }

    mutating func advance() {
        now = now.adding(minutes: 60)
        step += 1
        matches += random.integer(in: -3...3)
        for index in products.indices {
            if random.chance(oneIn: 8) {
                products[index].stock = max(0, products[index].stock + random.integer(in: -4...1))
            }
            if random.chance(oneIn: 30) {
                products[index].oldCents = products[index].cents
                products[index].cents = products[index].cents * random.integer(in: 80...97) / 100
            }
            if random.chance(oneIn: 20) { products[index].ratings += random.integer(in: 1...3) }
        }
        if random.chance(oneIn: 2) {  // a product sells better, or worse
            let product = products.remove(at: random.integer(in: 0...products.count - 1))
            products.insert(product, at: random.integer(in: 0...products.count))
        }
        if random.chance(oneIn: 3) {
            products.insert(Product(ware: ware, using: &random), at: random.integer(in: 0...10))
            products.removeLast()
        }
        if random.chance(oneIn: 10) { frame.deploy(using: &random) }
        if step % 30 == 6 {
            design += 1
            frame.deploy(using: &random)
        }
    }

    mutating func page() -> String {
        let response = frame.response(using: &random)
        let path = "/c/\(title.slug)"
        var content = """
            <h1 class="\(named("title"))">\(title)</h1><p class="\(named("count"))">\(matches.grouped) products · \(random.integer(in: 9...70)) people are looking at this</p>
            <div class="\(named("grid"))">

            """
        for (index, product) in products.enumerated() {
            content += card(product, position: index, response: response)
            if index % 24 == 7 { content += PageFrame.advertisement("grid-\(index)", using: &random) }
        }
        let state = products.map(\.json).joined(separator: ",")
        content += """
            </div>
            <script nonce="\(response.nonce)" type="application/json" id="state">{"list":{"title":"\(title)","total":\(matches),"requestId":"\(random.uuid())","generated":"\(now.iso8601)","items":[\(state)]}}</script>

            """
        return frame.page(title: title, path: path, now: now, response: response, content: content)
    }

    private func named(_ name: String) -> String {
        var suffix = SeededGenerator(seed: design, stream: name)
        return "\(name)_\(suffix.token(5))"
    }

    private func card(_ product: Product, position: Int, response: PageFrame.Response) -> String {
        let sources = product.images.map { "/img/t/\($0).webp 1x, /img/l/\($0).webp 2x" }
        let stock = product.stock == 0 ? "Sold out" : product.stock < 5 ? "Only \(product.stock) left" : "In stock"
        return """
              <article class="\(named("card"))" data-product="\(product.id)" data-position="\(position)">
                <a class="\(named("link"))" href="\(product.path)" data-track="list|\(title.slug)|\(product.id)">
                  <span class="\(named("gallery"))">\(sources.map { "<img class=\"\(named("image"))\" loading=\"lazy\" srcset=\"\($0)\" alt=\"\(product.name)\">" }.joined())</span>
                  <h3 class="\(named("name"))">\(product.name)</h3>
                </a>
                <ul class="\(named("features"))">\(product.features.map { "<li class=\"\(named("feature"))\">\($0)</li>" }.joined())</ul>
                <p class="\(named("rating"))" aria-label="\(product.rating) of 5 stars"><span style="width:\(product.stars * 2)%"></span>\(product.rating) (\(product.ratings.grouped))</p>
                <p class="\(named("price"))">\(product.oldCents.map { "<s>€\($0.price)</s> " } ?? "")<strong>€\(product.cents.price)</strong></p>
                <p class="\(named("stock"))" data-stock="\(product.stock)">\(stock)</p>
                <form class="\(named("buy"))" action="/cart/add" method="post"><input type="hidden" name="product" value="\(product.id)"><input type="hidden" name="quantity" value="1"><button class="\(named("button"))" \(product.stock == 0 ? "disabled" : "")>Add to cart</button></form>
              </article>

            """
    }
}
