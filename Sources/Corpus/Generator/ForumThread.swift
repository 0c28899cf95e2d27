/// The last page of a thread in a forum, every 10 minutes: new posts, counters, who is online.
struct ForumThread: GeneratedSite {
    private var random: SeededGenerator
    private var frame: PageFrame
    private var now = CalendarTime.start
    private let title: String
    private let members: [Member]
    private var posts: [Post] = []
    private var views: Int
    private var online: [Int] = []

    private struct Member {
        let name: String
        let rank: String
        let joined: String
        let avatar: String
        let signature: String
        let town: String
        var posts: Int
    }

    private struct Post {
        let id: Int
        let member: Int
        let written: CalendarTime
        let text: [String]
        let quotes: Int?
        var likes: Int
    }

    init(random: SeededGenerator) {
        var random = random
        frame = PageFrame(using: &random)
        title = random.english("topic")
        members = (0..<24).map { _ in
            Member(
                name: random.english("handle"), rank: random.pick(["Member", "Regular", "Veteran", "Moderator"]),
                joined: "\(random.integer(in: 2006...2025))", avatar: random.hex(10),
                signature: random.english("remark"), town: random.english("town"),
                posts: random.integer(in: 3...9000))
        }
        views = random.integer(in: 4000...60_000)
        self.random = random
        var written = now.adding(minutes: -60 * 40)
        while written < now {
            addPost(at: written)
            written = written.adding(minutes: self.random.integer(in: 5...150))
        }
        changeVisitors()
    }

    mutating func advance() {
        now = now.adding(minutes: 10)
        views += random.integer(in: 4...40)
        for _ in 0..<random.integer(in: 0...2) { addPost(at: now.adding(minutes: -random.integer(in: 0...9))) }
        for index in posts.indices where random.chance(oneIn: 25) { posts[index].likes += 1 }
        changeVisitors()
    }

    private mutating func addPost(at written: CalendarTime) {
        let text = (0..<random.integer(in: 1...3)).map { _ in random.paragraph(1...5, of: "remark") }
        let quotes =
            posts.isEmpty || !random.chance(oneIn: 3)
            ? nil : random.integer(in: max(0, posts.count - 6)...posts.count - 1)
        posts.append(
            Post(
                id: 918_000 + posts.count * 7 + random.integer(in: 0...6),
                member: random.integer(in: 0...members.count - 1),
                written: max(written, posts.last?.written ?? written), text: text, quotes: quotes,
                likes: random.integer(in: 0...4)))
    }

    private mutating func changeVisitors() {
        online = members.indices.filter { _ in random.chance(oneIn: 4) }
    }

    mutating func page() -> String {
        let response = frame.response(using: &random)
        let path = "/threads/\(title.slug).48213/page-17"
        var content = """
            <ol class="breadcrumb"><li><a href="/">Forum</a></li><li><a href="/boards/workshop">Workshop</a></li></ol>
            <h1 class="thread__title">\(title)</h1>
            <p class="thread__meta">\(views.grouped) views · \((16 * 20 + posts.count).grouped) replies · last post \(posts.last!.written.age(at: now))</p>

            """
        for (index, post) in posts.enumerated() {
            content += markup(post, number: 321 + index, response: response)
            if index % 15 == 4 { content += PageFrame.advertisement("thread-\(index)", using: &random) }
        }
        let guests = random.integer(in: 20...80)
        content += """
            <form class="reply" action="\(path)/reply" method="post"><input type="hidden" name="_token" value="\(response.formToken)"><textarea name="message" rows="8"></textarea><button>Post reply</button></form>
            <section class="online"><h2>Online now</h2><p>\(online.map { "<a href=\"/members/\(members[$0].name.slug)\">\(members[$0].name)</a>" }.joined(separator: ", ")) and \(guests) guests</p></section>

            """
        return frame.page(title: title, path: path, now: now, response: response, content: content)
    }

    private func markup(_ post: Post, number: Int, response: PageFrame.Response) -> String {
        let member = members[post.member]
        var text = ""
        if let quoted = post.quotes {
            text +=
                "<blockquote class=\"quote\" data-post=\"\(posts[quoted].id)\"><cite>\(members[posts[quoted].member].name)"
            text += " wrote:</cite> \(posts[quoted].text[0])</blockquote>\n"
        }
        text += post.text.map { "        <p>\($0)</p>\n" }.joined()
        return """
            <article class="post" id="post-\(post.id)" data-author="\(member.name)">
              <aside class="post__user">
                <a class="avatar" href="/members/\(member.name.slug)"><img src="/avatars/m/\(member.avatar.prefix(2))/\(member.avatar).jpg" width="96" height="96" alt="\(member.name)"></a>
                <h4><a class="username" href="/members/\(member.name.slug)">\(member.name)</a></h4>
                <dl class="post__facts"><dt>Rank</dt><dd>\(member.rank)</dd><dt>Joined</dt><dd>\(member.joined)</dd><dt>From</dt><dd>\(member.town)</dd><dt>Messages</dt><dd>\(member.posts.grouped)</dd></dl>
              </aside>
              <div class="post__main">
                <header class="post__header"><a href="#post-\(post.id)"><time datetime="\(post.written.iso8601)">\(post.written.age(at: now))</time></a> <a class="post__number" href="/posts/\(post.id)">#\(number)</a></header>
                <div class="post__body">
            \(text)    </div>
                <footer class="post__actions"><span class="likes" data-count="\(post.likes)">\(post.likes == 0 ? "Like" : "\(post.likes) like this")</span> <a href="/posts/\(post.id)/quote">Quote</a> <a href="/posts/\(post.id)/report?t=\(response.formToken.prefix(12))">Report</a></footer>
                <div class="post__signature">\(member.signature)</div>
              </div>
            </article>

            """
    }
}
