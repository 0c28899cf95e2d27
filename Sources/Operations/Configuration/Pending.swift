extension SenderConfiguration {
    /// The settings that differ from those of the process's start, and that a reload can't change.
    package func pending(since start: SenderConfiguration) -> [String] {
        changed(
            ("http.listen", front.http == start.front.http), ("https.listen", front.https == start.front.https),
            ("wan.listen", linkAddresses == start.linkAddresses),
            ("stats.listen", statistics.listen == start.statistics.listen),
            ("cpu.oversubscribe", process.threadsPerCore == start.process.threadsPerCore),
            ("pid.file", process.pidFile == start.process.pidFile),
            ("store.file", pages.file == start.pages.file),
            ("store.file.size", pages.fileBytes == start.pages.fileBytes),
            ("store.private", pages.keepsPrivate == start.pages.keepsPrivate),
            ("store.key.file", pages.keyFile == start.pages.keyFile))
    }
}

extension ListenerConfiguration {
    /// The settings that differ from those of the process's start, and that a reload can't change.
    package func pending(since start: ListenerConfiguration) -> [String] {
        changed(
            ("wan.ip", wanIP == start.wanIP), ("wan.port", wanPort == start.wanPort),
            ("stats.listen", statistics.listen == start.statistics.listen),
            ("cpu.oversubscribe", process.threadsPerCore == start.process.threadsPerCore),
            ("pid.file", process.pidFile == start.process.pidFile),
            ("store.file", pages.file == start.pages.file),
            ("store.file.size", pages.fileBytes == start.pages.fileBytes),
            ("store.private", pages.keepsPrivate == start.pages.keepsPrivate),
            ("store.key.file", pages.keyFile == start.pages.keyFile))
    }
}

private func changed(_ settings: (name: String, isSame: Bool)...) -> [String] {
    settings.filter { !$0.isSame }.map(\.name)
}
