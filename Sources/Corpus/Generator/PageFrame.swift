/// What surrounds the content of a site's HTML pages: head, styles, scripts, menu, footer, and what each response has anew.
struct PageFrame: Sendable {
    /// What belongs to one response only.
    struct Response {
        /// The number that lets a script run under the page's security policy.
        var nonce: String
        /// The token that every form sends back.
        var formToken: String
        /// The visitor's session.
        var session: String
    }

    let site: String
    let host: String
    let description: String
    /// The hash in the names of scripts and styles, which changes when the site is deployed.
    private(set) var build: String
    private let styles: String
    private let menu: String
    private let footer: String
    private let consent: String

    init(using random: inout SeededGenerator) {
        site = "\(random.english("town")) \(random.english("noun!"))"
        host = "www.\(site.slug).example"
        description = random.paragraph(1...2)
        build = random.hex(8)
        styles = Self.makeStyles(using: &random)
        menu = Self.makeMenu(using: &random)
        footer = Self.makeFooter(site: site, using: &random)
        consent = Self.makeConsent(using: &random)
    }

    /// A new version of the site's scripts and styles goes live.
    mutating func deploy(using random: inout SeededGenerator) { build = random.hex(8) }

    /// What the next response has of its own.
    func response(using random: inout SeededGenerator) -> Response {
        Response(nonce: random.token(22), formToken: random.token(43), session: random.hex(32))
    }

    /// An advertisement's place, whose identifiers differ with every response.
    static func advertisement(_ position: String, using random: inout SeededGenerator) -> String {
        let id = random.integer(in: 10_000_000...99_999_999)
        return """
            <div class="ad ad--\(position)" data-ad-position="\(position)"><span class="ad__label">Advertisement</span>
              <div id="ad-slot-\(id)" class="ad__slot" data-lazy="true" data-correlator="\(random.hex(16))"></div>
              <script>window.adQueue=window.adQueue||[];adQueue.push({slot:"ad-slot-\(id)",position:"\(position)",sizes:[[300,250],[728,90]]});</script>
            </div>

            """
    }

    /// The whole page around `content`.
    func page(title: String, path: String, now: CalendarTime, response: Response, content: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en" class="no-js">
        <head>
          <meta charset="utf-8">
          <title>\(title) | \(site)</title>
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="description" content="\(description)">
          <meta name="csrf-token" content="\(response.formToken)">
          <meta property="og:title" content="\(title)">
          <meta property="og:site_name" content="\(site)">
          <meta property="og:url" content="https://\(host)\(path)">
          <meta property="og:image" content="https://static.\(host.dropFirst(4))/img/share.\(build).png">
          <link rel="canonical" href="https://\(host)\(path)">
          <link rel="preconnect" href="https://static.\(host.dropFirst(4))" crossorigin>
        \(icons)  <link rel="stylesheet" href="/assets/main.\(build).css">
          <link rel="preload" as="script" href="/assets/vendor.\(build).js">
          <link rel="preload" as="script" href="/assets/app.\(build).js">
          <style>\(styles)</style>
          <script nonce="\(response.nonce)">document.documentElement.className="js";window.config={"site":"\(host)","build":"\(build)","session":"\(response.session)","rendered":"\(now.iso8601)","consent":\(consent)};</script>
        \(loader(nonce: response.nonce))
        </head>
        <body data-session="\(response.session)">
        <a class="skip-link" href="#content">Skip to content</a>
        <header class="site-header"><a class="site-header__logo" href="/"><svg viewBox="0 0 120 24" role="img" aria-label="\(site)"><path d="M3 20V4h5l6 9V4h4v16h-5L7 11v9zM24 12a8 8 0 1 0 16 0 8 8 0 1 0-16 0"/></svg></a>
          <form class="site-search" action="/search" method="get"><label for="q">Search</label><input id="q" name="q" type="search" autocomplete="off"><input type="hidden" name="authenticity_token" value="\(response.formToken)"><button type="submit">Search</button></form>
        \(menu)</header>
        <main id="content">
        \(content)</main>
        \(footer)<script nonce="\(response.nonce)" src="/assets/vendor.\(build).js" defer></script>
        <script nonce="\(response.nonce)" src="/assets/app.\(build).js" defer></script>
        </body>
        </html>

        """
    }

    private var icons: String {
        [16, 32, 57, 72, 96, 114, 144, 152, 180, 192].map { size in
            "  <link rel=\"icon\" type=\"image/png\" sizes=\"\(size)x\(size)\" href=\"/assets/icons/icon-\(size)x\(size).png\">\n"
        }.joined()
    }

    private func loader(nonce: String) -> String {
        """
          <script nonce="\(nonce)">
            (function (window, document) {
              "use strict";
              var queue = window.metrics = window.metrics || [];
              var started = Date.now();
              function send(name, detail) {
                queue.push({ name: name, at: Date.now() - started, detail: detail || null });
                if (queue.length > 20 && navigator.sendBeacon) {
                  navigator.sendBeacon("/metrics", JSON.stringify(queue.splice(0)));
                }
              }
              document.addEventListener("visibilitychange", function () { send("visibility", document.visibilityState); });
              window.addEventListener("error", function (event) { send("error", event.message); });
              var images = document.querySelectorAll("img[data-src]");
              if ("IntersectionObserver" in window) {
                var observer = new IntersectionObserver(function (entries) {
                  entries.forEach(function (entry) {
                    if (!entry.isIntersecting) { return; }
                    entry.target.src = entry.target.getAttribute("data-src");
                    observer.unobserve(entry.target);
                  });
                }, { rootMargin: "200px 0px" });
                images.forEach(function (image) { observer.observe(image); });
              } else {
                images.forEach(function (image) { image.src = image.getAttribute("data-src"); });
              }
              send("start", window.config.build);
            })(window, document);
          </script>
        """
    }
}
