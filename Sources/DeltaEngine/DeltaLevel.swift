/// How much work the encoder puts into making a delta small.
///
/// Every level is decoded by the same decoder; the delta itself says how it was coded.
public enum DeltaLevel: String, CaseIterable, Hashable, Sendable {
    /// The page as it is, without a base: no work, no gain.
    case stored
    /// Copies found at many gigabytes per second, coded for speed; LZ4 where it helps.
    case fast
    /// Copies looked for thoroughly, coded small with zlib.
    case deflate
    /// Copies and new bytes predicted from the base, by a model that is cheap to ask: smaller than `deflate`, in one pass.
    case balanced
    /// As small as the engine can: every new byte is predicted from all that looks like it, at about a microsecond each.
    case small
    /// The smallest of the others that the caller's time allows; ``DeltaEncoder/choice`` says which, and why.
    case auto
}
