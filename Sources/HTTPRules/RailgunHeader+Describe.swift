extension RailgunHeader {
    /// What the header says, in plain words: one sentence a line.
    package var describe: String {
        var lines = [passageSentence]
        if case .direct = passage {} else { lines.append("It came by connection \(text.prefix(10)) of the link.") }
        lines.append("The origin's first byte came after \(originTime.formattedMilliseconds) ms.")
        for (flag, sentence) in Self.sentences where flags.contains(flag) { lines.append(sentence) }
        if !flags.contains(.versionOffered), case .delta = passage {
            lines.append("The sender held no earlier version of this very page: the base was another page of the site.")
        }
        lines.append("The software's version is \(version).")
        return lines.joined(separator: "\n")
    }

    private var passageSentence: String {
        switch passage {
        case .delta:
            "The page crossed the link as a difference, \(passage.text) % of its size."
        case .stream:
            "The page crossed the link as a stream, piece by piece as the origin sent it, without a difference."
        case .normal: "The page crossed the link whole, without a difference."
        case .direct(let reason): "The page did not use the link; it came straight from the origin: \(reason)."
        }
    }

    private static let sentences: [(Flags, String)] = [
        (.addressMapped, "The NAT map named the origin's address."),
        (.defaultMapped, "It was the NAT map's default line."),
        (.hostChanged, "The Host field was changed for the origin."),
        (.originReused, "A kept connection to the origin was used again."),
        (.versionOffered, "The sender offered a version that it held."),
        (.versionKnown, "The listener held that version too."),
        (.originRestarted, "A broken connection to the origin was replaced, and the request sent again."),
    ]
}

extension Duration {
    fileprivate var formattedMilliseconds: String {
        let micros = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        let fraction = String(micros % 1000)
        return "\(micros / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
