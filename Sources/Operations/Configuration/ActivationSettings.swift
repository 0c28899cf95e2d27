extension ListenerConfiguration {
    /// How a listener without certificates gets them: `activation.*`.
    package struct Activation: Equatable, Sendable {
        /// Where the token stands.
        package enum Token: Equatable, Sendable {
            /// `activation.token`.
            case text(String)
            /// `activation.token.file`.
            case file(String)
        }

        /// `activation.railgun_host`: the sender's `activation.listen`.
        package var sender: HostAndPort
        package var token: Token

        /// Takes the keys; `nil` where there are none.
        init?(_ settings: inout Settings) {
            let sender = settings.takeUnlessEmpty(
                "activation.railgun_host", expected: "HOST:PORT, such as edge.example.org:2409"
            ) { HostAndPort($0, defaultPort: 2409) }
            let text = settings.takeText("activation.token")
            let file = settings.takePath("activation.token.file")
            if text != nil, file != nil {
                settings.refuse("activation.token.file", "give the token here or in activation.token, not in both")
            }
            let token = text.map(Token.text) ?? file.map(Token.file)
            switch (sender, token) {
            case (nil, nil): return nil
            case (let sender?, let token?): (self.sender, self.token) = (sender, token)
            case (_?, nil):
                settings.refuse("activation.railgun_host", "needs a token: activation.token.file or activation.token")
                return nil
            case (nil, _?):
                settings.refuse(
                    "activation.railgun_host",
                    "is missing: where is the activation.listen of the rg-sender that made the token?")
                return nil
            }
        }
    }
}

extension SenderConfiguration {
    /// Where new listeners get their certificates.
    package struct Activation: Equatable, Sendable {
        /// `activation.listen`.
        package var address: HostAndPort
        /// `activation.folder`: with `ca.pem`, `ca.key`, and the tokens.
        package var folder: String

        /// Takes the keys; `nil` where there is no such port.
        init?(_ settings: inout Settings) {
            let address = settings.takeAddress("activation.listen")
            let folder = settings.takePath("activation.folder")
            guard let address else { return nil }
            guard let folder else {
                settings.refuse(
                    "activation.folder", "is missing: the folder that 'rg-sender cert --out' made, with ca.key")
                return nil
            }
            (self.address, self.folder) = (address, folder)
        }
    }
}
