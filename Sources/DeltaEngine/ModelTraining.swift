internal import CDelta

/// Finds the constants that levels `balanced` and `small` start from, by coding pages one after the other.
///
/// Integers only: the same pages in the same order give the same table on every machine. Only `railgun-bench train` needs it.
@safe package final class ModelTraining {
    /// How often all pages are gone through.
    package static let rounds = Int(CDELTA_TRAINING_ROUNDS)
    private static let rowBytes = 110

    private var coder: OpaquePointer?
    private var training: OpaquePointer!
    private var matcher: OpaquePointer!

    /// Starts from what is known without any page.
    ///
    /// Requires level `balanced` or `small`.
    package init(_ level: DeltaLevel) throws(DeltaError) {
        guard let model = DeltaHeader.Model(level) else { preconditionFailure("level \(level) has no model") }
        let isa = cdelta_isa_best()
        if let error = unsafe DeltaError(cdelta_coder_create(isa, &coder), reading: .header) { throw error }
        if let error = unsafe DeltaError(cdelta_training_create(coder!, model.depth, &training), reading: .header) {
            throw error
        }
        if let error = unsafe DeltaError(cdelta_matcher_create(isa, &matcher), reading: .header) { throw error }
    }

    deinit {
        unsafe cdelta_matcher_free(matcher)
        unsafe cdelta_training_free(training)
        unsafe cdelta_coder_free(coder)
    }

    /// Starts the next round; 0 first.
    package func begin(round: Int) { unsafe cdelta_training_begin(training, UInt32(round)) }

    /// Learns from one pair of pages; returns the length of its stream in bytes, 0 where it has too much new content.
    package func learn(base: DeltaBase, target: Span<UInt8>) throws(DeltaError) -> Int {
        try unsafe target.withUnsafeBufferPointer { target throws(DeltaError) in
            var (copies, count, length): (UnsafePointer<cdelta_copy>?, Int, Int) = (nil, 0, 0)
            let found = unsafe cdelta_match(
                matcher, base.index, base.bytes, base.bytes.count, target.baseAddress, target.count,
                .CDELTA_EFFORT_THOROUGH, .max, &copies, &count)
            if let error = DeltaError(found, reading: .operations) { throw error }
            let learned = unsafe cdelta_training_learn(
                training, base.bytes, base.bytes.count, target.baseAddress, target.count, copies, count, &length)
            if let error = DeltaError(learned, reading: .stream) { throw error }
            return length
        }
    }

    /// Ends the round.
    package func end() throws(DeltaError) {
        if let error = unsafe DeltaError(cdelta_training_end(training), reading: .header) { throw error }
    }

    /// The table as Sources/CDelta includes it: rows of a C array of strings.
    package func source() -> String {
        var table = [CChar](repeating: 0, count: 1 << 20)
        let length = unsafe cdelta_training_write(training, &table, table.count)
        precondition(length > 0, "the table has more than a million constants")
        let characters = table[..<length].map { Character(UnicodeScalar(UInt8(bitPattern: $0))) }
        return stride(from: 0, to: length, by: Self.rowBytes).map { start in
            let row = characters[start..<min(start + Self.rowBytes, length)].map { character in
                // Two question marks might begin a trigraph.
                "\\\"?".contains(character) ? "\\\(character)" : String(character)
            }
            return "    \"\(row.joined())\",\n"
        }.joined()
    }
}
