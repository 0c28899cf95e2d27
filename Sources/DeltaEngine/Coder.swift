internal import CDelta

/// The C coder of levels `balanced` and `small`, made when it is first needed: 4 MB that `fast` and `deflate` do without.
@safe struct Coder: ~Copyable {
    private var coder: OpaquePointer?

    init() { unsafe coder = nil }

    deinit { unsafe cdelta_coder_free(coder) }

    /// The coder, which stays this struct's.
    mutating func ready() throws(DeltaError) -> OpaquePointer {
        if let coder = unsafe coder { return unsafe coder }
        let status = unsafe cdelta_coder_create(cdelta_isa_best(), &coder)
        if let error = DeltaError(status, reading: .header) { throw error }
        return unsafe coder!  // CDELTA_OK promises it
    }
}

extension DeltaHeader.Model {
    /// The model of a level; `nil` where it has none.
    init?(_ level: DeltaLevel) {
        switch level {
        case .balanced: self = .balanced
        case .small: self = .small
        default: return nil
        }
    }

    /// What the C core calls it.
    var depth: cdelta_depth {
        switch self {
        case .balanced: .CDELTA_DEPTH_BALANCED
        case .small: .CDELTA_DEPTH_SMALL
        }
    }
}
