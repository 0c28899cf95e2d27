internal import CDelta

/// What the levels take, in nanoseconds, on the machine of docs/numbers.md: enough to choose between them.
///
/// They count bytes, not time: the same page gets the same delta on every machine and at every load.
private enum Estimate {
    /// Finding copies, for each byte of the page.
    static let match = 0.1
    /// A look-up of the search for copies.
    static let lookUp = 5.5
    /// Looking the base up, for each byte of it that level `small` indexes.
    static let index = 3.0, indexedBytes = 262_144
    /// Compressing a page on its own, thoroughly and quickly, for each byte of it.
    static let thoroughPage = 11.0, quickPage = 5.0

    /// A page in very many pieces takes its time for them: each copy is coded too.
    static func nanoseconds(
        _ level: DeltaLevel, newBytes: Int, copies: Int, pageBytes: Int, baseBytes: Int
    ) -> Double {
        let matching = match * Double(pageBytes)
        let (new, copies) = (Double(newBytes), Double(copies))
        return switch level {
        case .small:
            matching + 20_000 + index * Double(min(baseBytes, indexedBytes)) + 2_800 * new + 1_000 * copies
        case .balanced: matching + 10_000 + 150 * new + 600 * copies
        case .deflate: matching + 20_000 + 40 * new + 100 * copies
        default: matching + 2 * new + 10 * copies
        }
    }
}

extension DeltaEncoder {
    /// New content without a copy for so long is compressed on its own where it would take the time of all else.
    private static let longRunBytes = 4096

    /// Compresses a page on its own: in each way that may be smallest, or quickly where that would take too long.
    mutating func encodePage(
        _ target: UnsafeBufferPointer<UInt8>, within microseconds: Int
    ) throws(DeltaError) -> [UInt8] {
        let thorough = Estimate.thoroughPage * Double(target.count)
        let isQuick = thorough > Double(microseconds) * 1000
        choice = DeltaChoice(
            level: .deflate, reason: .noBase, newBytes: target.count,
            estimatedMicroseconds: Int((isQuick ? Estimate.quickPage * Double(target.count) : thorough) / 1000))
        if isQuick { return try unsafe encodePageQuickly(target) }
        let (lz4, deflate) = (try unsafe encodePage(target, level: .fast), try unsafe encodePageThoroughly(target))
        return lz4.count < deflate.count ? lz4 : deflate
    }

    /// Encodes at the level that makes the smallest delta in the given time.
    mutating func encodeWithin(
        _ microseconds: Int, smallest: DeltaLevel, _ target: UnsafeBufferPointer<UInt8>, against base: DeltaBase,
        zones: Bool = true
    ) throws(DeltaError) -> [UInt8] {
        let lookUps = Int(Double(microseconds) * 1000 / Estimate.lookUp)
        let copies = try unsafe match(target, against: base, effort: .CDELTA_EFFORT_THOROUGH, lookUps: lookUps)
        let newBytes = unsafe copies.reduce(target.count) { $0 - Int($1.length) }
        func estimate(_ level: DeltaLevel, newBytes: Int) -> Double {
            Estimate.nanoseconds(
                level, newBytes: newBytes, copies: copies.count, pageBytes: target.count, baseBytes: base.bytes.count)
        }
        let limit = Double(microseconds) * 1000
        func best(newBytes: Int, within limit: Double) -> DeltaLevel {
            [.small, .balanced, .deflate].drop { $0 != smallest }.first {
                estimate($0, newBytes: newBytes) <= limit
                    && (DeltaHeader.Model($0) == nil || newBytes <= DeltaLimits.symbolCount)
            } ?? .fast
        }

        let level = best(newBytes: newBytes, within: limit)
        if zones, DeltaHeader.Model(level) == nil {
            let longRuns = unsafe longRuns(copies, pageBytes: target.count)
            let longBytes = longRuns.reduce(0) { $0 + $1.count }
            let left = limit - estimate(.deflate, newBytes: longBytes)
            let rest = best(newBytes: newBytes - longBytes, within: left)
            if longBytes > 0, DeltaHeader.Model(rest) != nil {
                let estimated = limit - left + estimate(rest, newBytes: newBytes - longBytes)
                if let delta = try unsafe encodeZones(
                    target, longRuns: longRuns, against: base, level: rest, lookUps: lookUps)
                {
                    choice = DeltaChoice(
                        level: rest, reason: .zones(count: longRuns.count), newBytes: newBytes,
                        estimatedMicroseconds: Int(estimated / 1000))
                    return delta
                }
                return try unsafe encodeWithin(microseconds, smallest: smallest, target, against: base, zones: false)
            }
        }
        choice = DeltaChoice(
            level: level, reason: level == smallest ? .smallest : .timeLimit(microseconds: microseconds),
            newBytes: newBytes, estimatedMicroseconds: Int(estimate(level, newBytes: newBytes) / 1000))
        let delta = try unsafe code(target, copies: copies, against: base, level: level)
        if delta == [DeltaHeader.identical] { choice?.reason = .nothingNew }
        return delta
    }

    /// The stretches of new content that no copy interrupts, in order: the longest that fit a delta's zones.
    private func longRuns(_ copies: UnsafeBufferPointer<cdelta_copy>, pageBytes: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var position = 0
        for index in 0...copies.count {
            let end = unsafe index < copies.count ? Int(copies[index].target) : pageBytes
            if end - position >= Self.longRunBytes { runs.append(position..<end) }
            if index < copies.count { position = unsafe end + Int(copies[index].length) }
        }
        let most = (Zones.limit - 1) / 2
        guard runs.count > most else { return runs }
        return runs.sorted { $0.count > $1.count }.prefix(most).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Codes long runs on their own, and what lies between them as deltas; `nil` where these announce too much together.
    private mutating func encodeZones(
        _ target: UnsafeBufferPointer<UInt8>, longRuns: [Range<Int>], against base: DeltaBase, level: DeltaLevel,
        lookUps: Int
    ) throws(DeltaError) -> [UInt8]? {
        var zones: [(bytes: Int, delta: [UInt8])] = []
        var position = 0
        func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
            unsafe UnsafeBufferPointer(rebasing: target[range])
        }
        func delta(of zone: Range<Int>) throws(DeltaError) -> (Int, [UInt8]) {
            let share = Int(Double(lookUps) * Double(zone.count) / Double(target.count))
            return (zone.count, try unsafe encodeDelta(slice(zone), against: base, level: level, lookUps: share))
        }
        for run in longRuns {
            if run.lowerBound > position { zones.append(try delta(of: position..<run.lowerBound)) }
            zones.append((run.count, try unsafe encodePage(slice(run), level: .deflate)))
            position = run.upperBound
        }
        if position < target.count {
            zones.append(try delta(of: position..<target.count))
        }
        let symbols = zones.reduce(0) { sum, zone in
            let read = try? unsafe zone.delta.withUnsafeBufferPointer { bytes throws(DeltaError) in
                try unsafe DeltaHeader.read(bytes, baseBytes: base.bytes.count)
            }
            guard case .coded(_, let sizeClass)? = read?.header.kind else { return sum }
            return sum + DeltaLimits.symbolCount(sizeClass: sizeClass)
        }
        guard symbols <= DeltaLimits.symbolCount else { return nil }
        return unsafe Self.join(zones, target: target, baseBytes: base.bytes.count)
    }

    private static func join(
        _ zones: [(bytes: Int, delta: [UInt8])], target: UnsafeBufferPointer<UInt8>, baseBytes: Int
    ) -> [UInt8] {
        let most = zones.reduce(DeltaHeader.maxBytes) { $0 + 2 * Varint.maxBytes + $1.delta.count }
        let delta = unsafe [UInt8](unsafeUninitializedCapacity: most) { out, count in
            let bytes = out.baseAddress!
            let header = DeltaHeader(kind: .zones(count: zones.count), targetBytes: target.count)
            count = unsafe header.write(to: bytes, baseBytes: baseBytes)
            for zone in zones {
                count += unsafe Varint.write(zone.bytes, to: bytes + count)
                count += unsafe Varint.write(zone.delta.count, to: bytes + count)
                unsafe (bytes + count).update(from: zone.delta, count: zone.delta.count)
                count += zone.delta.count
            }
        }
        return delta.count <= target.count ? delta : unsafe store(target)
    }
}
