extension SenderConfiguration {
    /// The settings that differ from those of the process's start, and that a reload can't change.
    package func pending(since start: SenderConfiguration) -> [String] {
        changed(
            ("http.listen", front.http == start.front.http), ("https.listen", front.https == start.front.https),
            ("wan.listen", linkAddresses == start.linkAddresses),
            ("activation.listen", activation?.address == start.activation?.address),
            ("activation.folder", activation?.folder == start.activation?.folder),
            ("stats.listen", statistics.listen == start.statistics.listen))
            + process.pending(since: start.process) + pages.pending(since: start.pages)
    }
}

extension ListenerConfiguration {
    /// The settings that differ from those of the process's start, and that a reload can't change.
    package func pending(since start: ListenerConfiguration) -> [String] {
        changed(
            ("wan.ip", wanIP == start.wanIP), ("wan.port", wanPort == start.wanPort),
            ("stats.listen", statistics.listen == start.statistics.listen))
            + process.pending(since: start.process) + pages.pending(since: start.pages)
    }
}

extension ProcessSettings {
    fileprivate func pending(since start: ProcessSettings) -> [String] {
        changed(
            ("cpu.oversubscribe", threadsPerCore == start.threadsPerCore), ("pid.file", pidFile == start.pidFile),
            ("control.socket", controlSocket == start.controlSocket),
            ("user", user == start.user))
    }
}

extension PageSettings {
    fileprivate func pending(since start: PageSettings) -> [String] {
        changed(
            ("store.file", file == start.file), ("store.file.size", fileBytes == start.fileBytes),
            ("store.private", keepsPrivate == start.keepsPrivate), ("store.key.file", keyFile == start.keyFile))
    }
}

private func changed(_ settings: (name: String, isSame: Bool)...) -> [String] {
    settings.filter { !$0.isSame }.map(\.name)
}
