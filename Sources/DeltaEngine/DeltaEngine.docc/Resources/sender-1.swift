import DeltaEngine

/// The end that has pages.
struct PageSender: ~Copyable {
    private var keeper = PageKeeper()
    private var encoder: DeltaEncoder

    init() throws(DeltaError) {
        encoder = try DeltaEncoder()
    }
}
