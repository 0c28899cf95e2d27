/// Different product pages of one shop, visited one after another: the template is shared, the content is not.
struct ProductPages: GeneratedSite {
    private var random: SeededGenerator
    private let frame: PageFrame
    private var now = CalendarTime.start
    private var product: Product
    private let delivery: String
    private let returns: String

    init(random: SeededGenerator) {
        var random = random
        frame = PageFrame(using: &random)
        product = Product(ware: random.english("ware"), using: &random)
        delivery = (0..<6).map { _ in "<li>\(random.paragraph(2...3))</li>" }.joined(separator: "\n")
        returns = (0..<5).map { _ in "<p>\(random.paragraph(3...5))</p>" }.joined(separator: "\n")
        self.random = random
    }

    mutating func advance() {
        now = now.adding(minutes: 1)
        product = Product(ware: random.english("ware"), using: &random)
    }

    mutating func page() -> String {
        let response = frame.response(using: &random)
        let gallery = product.images.map { image in
            "  <li class=\"gallery__item\"><img class=\"gallery__image\" loading=\"lazy\" src=\"/img/l/\(image).webp\" srcset=\"/img/t/\(image).webp 240w, /img/l/\(image).webp 960w\" alt=\"\(product.name)\"></li>\n"
        }
        let facts = ["Weight", "Height", "Width", "Depth", "Cable", "Colour", "Material", "Origin", "Care", "Warranty"]
        let rows = facts.map { fact in
            let value =
                switch fact {
                case "Colour": random.english("colour")
                case "Material": random.english("material")
                case "Origin": random.english("town")
                case "Care", "Warranty": random.english("feature")
                default: "\(random.integer(in: 2...180)) \(fact == "Weight" ? "kg" : "cm")"
                }
            return "  <tr class=\"facts__row\"><th scope=\"row\">\(fact)</th><td>\(value)</td></tr>\n"
        }
        let reviews = (0..<random.integer(in: 4...12)).map { _ in review() }
        let related = (0..<8).map { _ in Self.tile(Product(ware: random.english("ware"), using: &random)) }
        let content = """
            <ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/c/all">All products</a></li><li>\(product.name)</li></ol>
            <section class="product" data-product="\(product.id)">
            <ul class="gallery">
            \(gallery.joined())</ul>
            <h1 class="product__name">\(product.name)</h1>
            <p class="product__brand">by <a href="/b/\(product.brand.slug)">\(product.brand)</a></p>
            <p class="product__price">€\(product.cents.price)</p>
            <p class="product__stock" data-stock="\(product.stock)">\(product.stock == 0 ? "Sold out" : "In stock, at your door in two days")</p>
            <form class="buy" action="/cart/add" method="post"><input type="hidden" name="_token" value="\(response.formToken)"><input type="hidden" name="product" value="\(product.id)"><select name="quantity">\((1...20).map { "<option value=\"\($0)\">\($0)</option>" }.joined())</select><button type="submit" class="buy__button">Add to cart</button></form>
            <ul class="features">\(product.features.map { "<li class=\"features__item\">\($0)</li>" }.joined())</ul>
            <div class="product__text"><p>\(random.paragraph(5...9))</p><p>\(random.paragraph(3...6, of: "praise"))</p></div>
            <table class="facts"><caption>Details</caption>
            \(rows.joined())</table>
            </section>
            <section class="delivery"><h2>Delivery</h2><ul>\(delivery)</ul></section>
            <section class="returns"><h2>Returns</h2>\(returns)</section>
            <section class="reviews"><h2>Reviews</h2><p>\(product.rating) of 5 stars, \(product.ratings.grouped) reviews</p>
            \(reviews.joined())</section>
            <section class="related"><h2>Others also looked at</h2>
            \(related.joined())</section>
            <script nonce="\(response.nonce)" type="application/json" id="state">\(product.json)</script>

            """
        return frame.page(title: product.name, path: product.path, now: now, response: response, content: content)
    }

    private mutating func review() -> String {
        """
          <article class="review"><header class="review__header"><strong>\(random.english("name"))</strong> <span class="review__stars">\(random.integer(in: 1...5)) of 5</span> <time>\(now.adding(minutes: -random.integer(in: 2000...400_000)).age(at: now))</time></header><p class="review__text">\(random.paragraph(1...4, of: "praise"))</p></article>

        """
    }

    private static func tile(_ product: Product) -> String {
        """
          <a class="tile" href="\(product.path)"><img class="tile__image" loading="lazy" src="/img/t/\(product.images[0]).webp" alt="\(product.name)"><span class="tile__name">\(product.name)</span><span class="tile__price">€\(product.cents.price)</span></a>

        """
    }
}
