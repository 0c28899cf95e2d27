import Exchange

/// What a failure means, and what to look at: the one table for the pages that visitors get, and for the dashboard.
///
/// Anyone may read it, so it names no address.
package struct FailureWords: Hashable, Sendable {
    /// One sentence for the visitor.
    package var summary: String
    /// What happened.
    package var detail: String
    /// What to look at, for who runs the site.
    package var advice: String

    private init(_ summary: String, _ detail: String, _ advice: String) {
        (self.summary, self.detail, self.advice) = (summary, detail, advice)
    }

    /// An answer that didn't come.
    package init(_ cause: ExchangeFailure.Cause) {
        switch cause {
        case .badRequest:
            self.init(
                "This request cannot be answered.", "The request breaks the rules of HTTP.",
                "The request itself is at fault; the site was not asked.")
        case .origin:
            self.init(
                "The web server of this site could not be reached.",
                "It took no connection, or closed it before its answer was complete.",
                "Check that the origin server runs, and that railgun-nat.conf and DNS name its address on rg-listener's machine."
            )
        case .badAnswer:
            self.init(
                "The web server of this site sent an answer that cannot be understood.",
                "The answer breaks the rules of HTTP, so nothing of it was passed on.",
                "Ask the origin with curl -v from rg-listener's machine, and look at its error log.")
        case .originTimeout:
            self.init(
                "The web server of this site took too long to answer.", "Its answer did not come in time.",
                "Look at the load of the origin; lan.timeout in railgun.conf says how long rg-listener waits.")
        case .link:
            self.init(
                "The connection to the web server of this site is interrupted.",
                "The link between the two servers that carry this site broke, or could not be opened. It is opened anew all the time: try again in a moment.",
                "Check that rg-listener runs and that its port, usually 2408, is open to this machine. rg-diag link HOST:2408 tells what is wrong."
            )
        case .overloaded:
            self.init(
                "This site has more visitors than it can answer right now.",
                "As many requests are under way as the link takes. Try again in a moment.",
                "If it stays, look at the load of rg-listener and of the origin.")
        }
    }

    /// A request that isn't passed on, by the status that it gets; what happened is `reason`.
    package init(refused status: Int, _ reason: String) {
        let summary = "This request cannot be answered."
        let detail = reason.prefix(1).uppercased() + reason.dropFirst() + "."
        switch status {
        case 421:
            self.init(
                "This server does not know this site.", detail,
                "Name the site in rg-sender.conf: site.HOST, or site.default for all hosts.")
        case 408:
            self.init(
                summary, detail,
                "The client sent too slowly; client.body.timeout and client.body.rate in rg-sender.conf say what is enough."
            )
        case 413:
            self.init(
                "This request is too large.", detail, "client.body.size in rg-sender.conf says how much may be sent.")
        case 503:
            self.init(
                "This site has more visitors than it can answer right now.", detail,
                "Try again in a moment. If it stays, look at the load of rg-sender, of rg-listener and of the origin.")
        case 431:
            self.init(
                summary, detail,
                "Most often cookies have grown too large: to remove those of this site in the browser helps.")
        case 508:
            self.init(
                summary, detail,
                "Check where DNS and railgun-nat.conf lead: the origin's address must not be that of rg-sender.")
        default:
            self.init(summary, detail, "The request itself is at fault; nothing of it went to the site.")
        }
    }

    /// The origin answered, and said that it failed.
    static let originAnswer = FailureWords(
        "The web server of this site has a fault.", "It answered with an error, which was passed on as it is.",
        "Look at the error log of the origin.")

    /// A page was damaged on its way or in memory, and nobody noticed.
    static let damage = FailureWords(
        "A page was damaged.",
        "What was rebuilt was not the page that the listener had. One made from a base was asked for again, whole; one that came whole was broken off.",
        "If it comes again, run the same version at both ends, and check the memory of both machines.")
}
