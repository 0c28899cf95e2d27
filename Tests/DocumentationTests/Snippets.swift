import DeltaEngine

/// The code blocks of the articles, compiled; ``ArticleTests`` runs them.
enum Snippets {
    static func levels(
        _ page: [UInt8], against base: DeltaBase, with encoder: inout DeltaEncoder
    ) throws(DeltaError) -> ([UInt8], quick: [UInt8]) {
        let delta = try encoder.encode(page.span, against: base, level: .auto, microseconds: 2_000)
        if let choice = encoder.choice {
            print("\(delta.count) bytes, \(choice)")
        }
        let quick = try encoder.encode(page.span, against: base, level: .auto, smallest: .balanced)
        return (delta, quick)
    }

    static func page(
        from delta: [UInt8], base: [UInt8], version: PageVersion, with decoder: inout DeltaDecoder
    ) throws(DeltaError) -> [UInt8]? {
        do throws(DeltaError) {
            return try decoder.decode(delta.span, base: base.span, expecting: version)
        } catch {
            switch error {
            case .baseMissing, .wrongBase, .wrongTarget, .unknownKind, .corrupt:
                return nil  // ask for the whole page
            case .outputTooLarge, .tooManySymbols, .tooManySegments, .pageTooLarge, .outOfMemory:
                throw error
            }
        }
    }

    static func shared(_ kept: [UInt8], _ parts: [[[UInt8]]]) async throws -> [[UInt8]] {
        let base = try DeltaBase(kept)
        let deltas = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for part in parts {
                group.addTask {
                    var encoder = try DeltaEncoder()
                    return try part.map { try encoder.encode($0.span, against: base) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return deltas
    }

    static func keep(_ page: [UInt8], usedBytes: inout Int) throws(DeltaError) {
        let base = try DeltaBase(page)
        usedBytes += base.memoryBytes
    }

    static func narrow(_ delta: [UInt8], _ base: [UInt8]) throws(DeltaError) -> [UInt8] {
        var decoder = DeltaDecoder(outputLimit: 4_000_000, symbolLimit: 100_000)
        return try decoder.decode(delta.span, base: base.span, expecting: nil)
    }
}
