package import HTTPRules
package import NIOHTTP1

extension ForwardedRequest {
    /// A request for `www.example.org`.
    package static func sample(
        _ method: HTTPMethod = .GET, _ target: String = "/", authority: String = "www.example.org",
        fields: HTTPHeaders = [:], body: BodyFraming = .none, upgrade: String? = nil
    ) -> ForwardedRequest {
        var request = ForwardedRequest(
            method: method, scheme: .http, authority: authority, target: target, fields: fields, body: body,
            keepAlive: true, version: .http1_1)
        request.upgrade = upgrade
        return request
    }
}

/// A page of `byteCount` bytes or a few more that looks like one, and differs from others by a word in each 1000 lines.
package func samplePage(_ byteCount: Int, word: String = "news") -> [UInt8] {
    var text = "<!DOCTYPE html><title>\(word)</title>\n"
    var line = 0
    while text.utf8.count < byteCount {
        line += 1
        text += "<p class=\"c\(line &* 2_654_435_761 % 9973)\">line \(line) of \(line % 1000 == 1 ? word : "it")</p>\n"
    }
    return Array(text.utf8)
}
