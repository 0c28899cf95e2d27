import DeltaEngine
import Explanations
import Reports

/// What the pages load beside themselves, all of it from this process.
struct Asset: Sendable {
    let path: String
    let type: String
    let bytes: [UInt8]
    /// Where pages load it from: another address for another content, so that browsers may keep it.
    let address: String

    private init(_ path: String, _ type: String, _ bytes: [UInt8]) {
        (self.path, self.type, self.bytes) = (path, type, bytes)
        let version = PageVersion(of: bytes.span).bytes.prefix(4).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        address = "\(path)?\(version.joined())"
    }

    static let style = Asset(
        "/dashboard/style.css", "text/css; charset=utf-8",
        [UInt8]((HTMLPage.sharedStyle + Explanation.pageStyle).source.utf8) + PackageResources.dashboard_css)
    static let script = Asset(
        "/dashboard/live.js", "text/javascript; charset=utf-8", PackageResources.dashboard_js)
    static let icon = Asset("/dashboard/icon.svg", "image/svg+xml", PackageResources.icon_svg)
    static let all = [style, script, icon]
}
