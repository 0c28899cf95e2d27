import DeltaEngine

/// The error that `body` throws; `nil` where it throws none.
///
/// A macro can't hold what isn't copyable; a closure can.
func thrown<Result>(_ body: () throws(DeltaError) -> Result) -> DeltaError? {
    do throws(DeltaError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
