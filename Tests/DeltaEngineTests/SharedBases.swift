import Corpus
import DeltaEngine
import Testing

struct SharedBases {
    @Test func manyThreadsEncodeAgainstOneBaseAtOnce() async throws {
        let versions = Array(CorpusGenerator(seed: 11).versions(of: .newsHome).prefix(6))
        let base = try DeltaBase(versions[0])
        var encoder = try DeltaEncoder()
        let expected = try versions.map { try encoder.encode($0.span, against: base, level: .deflate) }
        try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var encoder = try DeltaEncoder()
                    return try versions.map { try encoder.encode($0.span, against: base, level: .deflate) }
                }
            }
            for try await deltas in group { #expect(deltas == expected) }
        }
    }
}
