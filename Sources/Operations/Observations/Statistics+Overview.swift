import Foundation

extension Statistics {
    /// What this end did lately.
    package func overview() async -> Overview {
        let document = await document()
        return Overview(
            role: document.role, version: document.version, uptimeSeconds: Int(document.uptime.components.seconds),
            time: document.time)
    }

    /// The source of a page of ``Overview/pages``; `nil` where it is no longer here.
    package func pageChange(id: Int) async -> Overview.PageChange? { nil }

    /// Somebody looks at the newest pages: their sources are kept for a while.
    package func watch() {}
}
