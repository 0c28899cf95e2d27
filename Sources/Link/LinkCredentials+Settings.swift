package import Operations

extension LinkCredentials {
    /// What a configuration names, and whom it refuses; `nil` for a plain link.
    ///
    /// - Throws: What is wrong with the file of refused peers.
    package init?(_ settings: LinkSettings) throws(PEMFailure) {
        guard let files = settings.files else { return nil }
        var peers = PeerRules()
        peers.verifiesName = settings.peers.verifiesName
        (peers.pins, peers.names) = (settings.peers.keys, settings.peers.names)
        if let file = settings.peers.refusedFile { peers.refused = try RefusedPeers(contentsOf: file) }
        self.init(
            certificateFile: files.certificate, keyFile: files.key, authorityFile: files.roots, peers: peers)
    }
}
