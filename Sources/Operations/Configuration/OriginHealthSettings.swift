/// When an origin is taken for down, and how that is found out.
package struct OriginHealthSettings: Equatable, Sendable {
    /// How origins are asked whether they are well.
    package struct Check: Equatable, Sendable {
        /// `origin.check`: the path, query included, that is asked for.
        package var target: String
        /// `origin.check.https`: by https or http; `nil` by https where the line or the origin has port 443.
        package var isTLS: Bool?
        /// `origin.check.interval`: between two checks of one origin, give or take a tenth.
        package var interval: Duration
        /// `origin.check.timeout`: how long the answer's head may take, the connection included.
        package var timeout: Duration
        /// How many checks in a row have to pass until an origin is up.
        package var rise = 2
        /// How many have to fail until it is down.
        package var fall = 3
    }

    /// `origin.connect.timeout`: how long connecting may take where another origin could be tried.
    package var connectTimeout: Duration
    /// `origin.max.fails`: failures within ``failTimeout`` that make an origin down; 0 for never.
    package var maxFailures: Int
    /// `origin.fail.timeout`: the time in which failures are counted, and after which one request tries again.
    package var failTimeout: Duration
    /// `nil` where origins aren't checked.
    package var check: Check?

    package init(
        connectTimeout: Duration = .seconds(3), maxFailures: Int = 3, failTimeout: Duration = .seconds(10),
        check: Check? = nil
    ) {
        (self.connectTimeout, self.maxFailures) = (connectTimeout, maxFailures)
        (self.failTimeout, self.check) = (failTimeout, check)
    }

    init(_ settings: inout Settings) {
        connectTimeout = settings.take(
            "origin.connect.timeout", default: .seconds(3), in: .milliseconds(100) ... .seconds(3600))
        maxFailures = settings.take("origin.max.fails", default: 3, in: 0...1000)
        failTimeout = settings.take(
            "origin.fail.timeout", default: .seconds(10), in: .milliseconds(100) ... .seconds(3600))
        let target: String? =
            settings.take("origin.check", expected: "a path, such as /health, or nothing for no checks") {
                $0.isEmpty ? .some(nil) : $0.isRequestPath ? .some($0) : nil
            } ?? nil
        let isTLS = settings.takeFlag("origin.check.https")
        let interval = settings.take(
            "origin.check.interval", default: .seconds(5), in: .milliseconds(100) ... .seconds(3600))
        let timeout = settings.take(
            "origin.check.timeout", default: .seconds(2), in: .milliseconds(100) ... .seconds(3600))
        check = target.map { Check(target: $0, isTLS: isTLS, interval: interval, timeout: timeout) }
    }
}

extension String {
    /// Whether it can stand in a request line as path and query.
    fileprivate var isRequestPath: Bool {
        utf8.first == UInt8(ascii: "/") && utf8.count <= 1000 && utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x23 }
    }
}
