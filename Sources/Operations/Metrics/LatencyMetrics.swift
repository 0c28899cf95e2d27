extension LatencyHistogram {
    /// The bounds of the buckets that Prometheus gets, in microseconds: from 32 µs to 67 s.
    ///
    /// Up to 1 ms each is twice the one before; from there on there is one more between two of them. They are edges of our own
    /// buckets, so that nothing is estimated.
    static let bounds: [Int] =
        (5..<10).map { 1 << $0 } + (10..<26).flatMap { [1 << $0, 3 << ($0 - 1)] } + [1 << 26]

    /// How many values are below each of the ``bounds``; exact.
    ///
    /// Values are kept as whole microseconds, so one that is just a bound counts as above it.
    var cumulative: [(bound: Int, count: Int)] {
        var (seen, next) = (0, 0)
        return Self.bounds.map { bound in
            let end = Self.bucket(of: bound)
            seen += buckets[next..<end].reduce(0, +)
            next = end
            return (bound, seen)
        }
    }
}

extension Latencies {
    /// The times that a daemon measures.
    func metrics(role: String) -> [Metric] {
        var metrics: [Metric] = [
            .histogram(
                "railgun_request_seconds", "From the first byte of a request to the last of its answer.", request),
            .histogram(
                "railgun_origin_seconds", "From the request to the origin to the head of its answer.", origin),
            .histogram(
                "railgun_link_round_trip_seconds", "There and back over the link, as pings measure it.",
                linkRoundTrip),
        ]
        if role == "rg-sender" {
            metrics += [
                .histogram(
                    "railgun_first_byte_seconds", "From the first byte of a request to the first of its answer.",
                    firstByte),
                .histogram(
                    "railgun_decode_seconds",
                    "Making a page from a delta, with the wait for a thread where that takes one.", decode),
            ]
        }
        if role == "rg-listener" {
            metrics.append(
                .histogram(
                    "railgun_encode_seconds", "Making a delta, with the wait for a thread where that takes one.",
                    encode))
        }
        return metrics
    }
}
