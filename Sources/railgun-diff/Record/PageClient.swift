import Explanations
import Foundation
import FoundationNetworking
import Release
import Reports
import Synchronization

/// A page as a server sent it.
struct FetchedPage: Sendable {
    /// The content, decompressed where the server compressed it all the same.
    var body: [UInt8]
    /// Where the answer came from, after redirects.
    var finalURL: URL
    var contentType: String?
    var contentEncoding: String?
    var elapsed: Duration
}

/// Why a page could not be fetched.
enum FetchFailure: Error, Hashable {
    /// The server answered, but not with the page.
    case status(Int, retryAfter: Duration?)
    /// No answer; whether another attempt may help.
    case network(String, isPassing: Bool)
    case timedOut(Duration)
    case tooLarge(limit: Int)
    /// We were told to stop.
    case cancelled
}

/// Fetches one page at a time, each time anew: nothing is cached, no condition is sent, no cookie is kept.
///
/// libcurl, which is behind `URLSession` here, decodes gzip and deflate by itself even where we ask for identity.
final class PageClient: NSObject, URLSessionDataDelegate, Sendable {
    private let bodyLimit: Int
    private let timeout: Duration
    private let current = Mutex(Exchange())
    /// Set once at the end of `init`, as a session needs its delegate, and never again.
    nonisolated(unsafe) private var session: URLSession!

    /// What has arrived so far of the one exchange that is under way.
    private struct Exchange {
        var body: [UInt8] = []
        var redirects = 0
        var failure: FetchFailure?
        var continuation: CheckedContinuation<Void, Never>?
    }

    /// More redirects than this are a loop, or nothing that a visitor would follow.
    private static let redirectLimit = 5

    init(bodyLimit: Int, timeout: Duration) {
        (self.bodyLimit, self.timeout) = (bodyLimit, timeout)
        super.init()
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpAdditionalHeaders = [
            "User-Agent": "railgun-diff/\(ProjectVersion.current)",
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
        ]
        configuration.httpMaximumConnectionsPerHost = 1
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        unsafe session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
    }

    /// Fetches a page once.
    ///
    /// - Parameter url: The page's address.
    /// - Returns: The page, if the server answered with status 200.
    /// - Throws: Why there is none.
    func fetch(_ url: URL) async throws(FetchFailure) -> FetchedPage {
        current.withLock { $0 = Exchange() }
        let task = unsafe session.dataTask(with: url)
        let start = ContinuousClock.now
        let timer = Task { [timeout] in
            try await Task.sleep(for: timeout)
            self.stop(task, because: .timedOut(timeout))
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                current.withLock { $0.continuation = continuation }
                task.resume()
            }
        } onCancel: {
            stop(task, because: .cancelled)
        }
        timer.cancel()
        let exchange = current.withLock { exchange in
            defer { exchange = Exchange() }
            return exchange
        }
        if let failure = exchange.failure { throw failure }
        guard let response = task.response as? HTTPURLResponse else {
            throw .network("no answer that is HTTP", isPassing: false)
        }
        guard response.statusCode == 200 else {
            let retryAfter = response.value(forHTTPHeaderField: "Retry-After")
            throw .status(response.statusCode, retryAfter: retryAfter.flatMap { RetryPolicy.delay(retryAfter: $0) })
        }
        return FetchedPage(
            body: exchange.body, finalURL: response.url ?? url,
            contentType: response.value(forHTTPHeaderField: "Content-Type"),
            contentEncoding: response.value(forHTTPHeaderField: "Content-Encoding"), elapsed: .now - start)
    }

    /// The first reason to stop is the one that is told.
    private func stop(_ task: URLSessionTask, because failure: FetchFailure) {
        current.withLock { if $0.failure == nil { $0.failure = failure } }
        task.cancel()
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = current.withLock { exchange in
            guard exchange.body.count + data.count <= bodyLimit else { return true }
            exchange.body += data
            return false
        }
        if isTooLarge { stop(dataTask, because: .tooLarge(limit: bodyLimit)) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        let isLoop = current.withLock { exchange in
            exchange.body = []
            exchange.redirects += 1
            guard exchange.redirects > Self.redirectLimit else { return false }
            exchange.failure = .network("redirects more than \(Self.redirectLimit) times", isPassing: false)
            return true
        }
        completionHandler(isLoop ? nil : request)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let continuation = current.withLock { exchange in
            if let error, exchange.failure == nil { exchange.failure = Self.failure(error) }
            defer { exchange.continuation = nil }
            return exchange.continuation
        }
        continuation?.resume()
    }

    private static func failure(_ error: any Error) -> FetchFailure {
        let passing: [URLError.Code] = [
            .timedOut, .cannotFindHost, .cannotConnectToHost, .networkConnectionLost, .dnsLookupFailed,
            .notConnectedToInternet,
        ]
        let code = (error as? URLError)?.code
        return .network(VisibleText.line(error.localizedDescription), isPassing: code.map(passing.contains) ?? false)
    }
}
