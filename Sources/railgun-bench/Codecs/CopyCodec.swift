/// A plain copy of the page: no codec can be faster.
final class CopyCodec: Codec {
    let name = "memcpy"
    private var pair: LoadedPair?
    private var output: [UInt8] = []
    private var page: [UInt8] = []
    private(set) var deltaBytes = 0

    func load(_ pair: LoadedPair) { self.pair = pair }

    func encodeCold() {
        Self.copy(pair!.target, to: &output)
        deltaBytes = output.count
    }

    func decode() { Self.copy(output, to: &page) }

    func isRight() -> Bool {
        decode()
        return page == pair!.target
    }

    private static func copy(_ source: [UInt8], to destination: inout [UInt8]) {
        destination.removeAll(keepingCapacity: true)
        destination.append(contentsOf: source)
    }
}
