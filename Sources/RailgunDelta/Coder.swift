import CRailgunDelta
import DeltaEngine
import Glibc

/// What C holds as `railgun_coder`: an encoder, a decoder, and what went wrong last.
@safe final class Coder {
    var encoder: DeltaEncoder
    var decoder: DeltaDecoder
    private(set) var errorText = unsafe strdup("")

    init(pageLimit: Int) throws(DeltaError) {
        encoder = try DeltaEncoder()
        decoder = DeltaDecoder(outputLimit: pageLimit)
    }

    deinit { unsafe free(errorText) }

    /// Runs `work`, hands its bytes to C in memory of malloc's, and keeps what went wrong in words.
    func run(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, _ count: UnsafeMutablePointer<Int>,
        _ work: (Coder) throws(DeltaError) -> [UInt8]
    ) -> railgun_status {
        unsafe free(errorText)
        unsafe errorText = strdup("")
        do throws(DeltaError) {
            let bytes = try work(self)
            guard let copy = unsafe malloc(max(bytes.count, 1)) else { throw .outOfMemory }
            unsafe copy.copyMemory(from: bytes, byteCount: bytes.count)
            unsafe out.pointee = copy.assumingMemoryBound(to: UInt8.self)
            unsafe count.pointee = bytes.count
            return RAILGUN_OK
        } catch {
            unsafe free(errorText)
            unsafe errorText = strdup(error.description)
            return railgun_status(error)
        }
    }
}

extension railgun_status {
    /// The status for what the engine throws.
    init(_ error: DeltaError) {
        self =
            switch error {
            case .pageTooLarge, .outputTooLarge: RAILGUN_TOO_LARGE
            case .baseMissing: RAILGUN_BASE_MISSING
            case .wrongBase, .wrongTarget: RAILGUN_WRONG_PAGE
            case .unknownKind: RAILGUN_UNKNOWN_KIND
            case .corrupt: RAILGUN_CORRUPT
            case .tooManySymbols, .tooManySegments: RAILGUN_TOO_MUCH_WORK
            case .outOfMemory: RAILGUN_OUT_OF_MEMORY
            }
    }
}

extension DeltaLevel {
    /// The level that C names by a number.
    init?(_ number: Int32) {
        switch railgun_level(UInt32(bitPattern: number)) {
        case RAILGUN_STORED: self = .stored
        case RAILGUN_FAST: self = .fast
        case RAILGUN_DEFLATE: self = .deflate
        case RAILGUN_BALANCED: self = .balanced
        case RAILGUN_SMALL: self = .small
        case RAILGUN_AUTO: self = .auto
        default: return nil
        }
    }
}
