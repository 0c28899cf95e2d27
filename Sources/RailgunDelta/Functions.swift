// The functions of railgun_delta.h, which has their contracts.
import CRailgunDelta
import DeltaEngine
import Glibc

private typealias Bytes = UnsafeBufferPointer<UInt8>

/// A buffer of C's; `nil` where it can't be one.
private func buffer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Bytes? {
    unsafe count < 0 || (start == nil && count > 0) ? nil : Bytes(start: start, count: count)
}

/// `railgun_status_text`, as the header has it.
@_cdecl("railgun_status_text")
public func statusText(_ status: Int32) -> UnsafePointer<CChar> {
    let text: StaticString =
        switch railgun_status(UInt32(bitPattern: status)) {
        case RAILGUN_OK: "all is well"
        case RAILGUN_BAD_ARGUMENT: "an argument is missing, or there is no such level"
        case RAILGUN_OUT_OF_MEMORY: "no memory left"
        case RAILGUN_TOO_LARGE: "the page is too large"
        case RAILGUN_BASE_MISSING: "the delta was made against a base, and none was given"
        case RAILGUN_WRONG_PAGE: "the rebuilt page is not the expected one"
        case RAILGUN_UNKNOWN_KIND: "not a delta, or one from a newer version"
        case RAILGUN_CORRUPT: "the delta is damaged"
        case RAILGUN_TOO_MUCH_WORK: "the delta takes too much work"
        default: "no such status"
        }
    return unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// `railgun_version_of`, as the header has it.
@_cdecl("railgun_version_of")
public func versionOf(
    _ page: UnsafePointer<UInt8>?, _ pageBytes: Int, _ outVersion: UnsafeMutablePointer<railgun_version>?
) -> railgun_status {
    guard let page = unsafe buffer(page, pageBytes), let outVersion = unsafe outVersion else {
        return RAILGUN_BAD_ARGUMENT
    }
    unsafe UnsafeMutableRawPointer(outVersion).copyMemory(
        from: PageVersion(of: page.span).bytes, byteCount: PageVersion.byteCount)
    return RAILGUN_OK
}

/// `railgun_base_create`, as the header has it.
@_cdecl("railgun_base_create")
public func baseCreate(
    _ page: UnsafePointer<UInt8>?, _ pageBytes: Int, _ outBase: UnsafeMutablePointer<OpaquePointer?>?
) -> railgun_status {
    guard let outBase = unsafe outBase else { return RAILGUN_BAD_ARGUMENT }
    unsafe outBase.pointee = nil
    guard let page = unsafe buffer(page, pageBytes) else { return RAILGUN_BAD_ARGUMENT }
    guard pageBytes <= DeltaLimits.pageBytes else { return RAILGUN_TOO_LARGE }  // before it is copied
    do throws(DeltaError) {
        let base = try DeltaBase(unsafe [UInt8](page))
        unsafe outBase.pointee = OpaquePointer(Unmanaged.passRetained(base).toOpaque())
        return RAILGUN_OK
    } catch {
        return railgun_status(error)
    }
}

/// `railgun_base_free`, as the header has it.
@_cdecl("railgun_base_free")
public func baseFree(_ base: OpaquePointer?) {
    if let base = unsafe base { unsafe Unmanaged<DeltaBase>.fromOpaque(UnsafeRawPointer(base)).release() }
}

/// `railgun_coder_create`, as the header has it.
@_cdecl("railgun_coder_create")
public func coderCreate(_ pageLimit: Int, _ outCoder: UnsafeMutablePointer<OpaquePointer?>?) -> railgun_status {
    guard let outCoder = unsafe outCoder else { return RAILGUN_BAD_ARGUMENT }
    unsafe outCoder.pointee = nil
    do throws(DeltaError) {
        // What is negative here is more than any page has.
        let coder = try Coder(pageLimit: pageLimit < 0 ? DeltaLimits.pageBytes : pageLimit)
        unsafe outCoder.pointee = OpaquePointer(Unmanaged.passRetained(coder).toOpaque())
        return RAILGUN_OK
    } catch {
        return railgun_status(error)
    }
}

/// `railgun_coder_free`, as the header has it.
@_cdecl("railgun_coder_free")
public func coderFree(_ coder: OpaquePointer?) {
    if let coder = unsafe coder { unsafe Unmanaged<Coder>.fromOpaque(UnsafeRawPointer(coder)).release() }
}

/// `railgun_encode`, as the header has it.
@_cdecl("railgun_encode")
public func encode(
    _ coder: OpaquePointer?, _ base: OpaquePointer?, _ page: UnsafePointer<UInt8>?, _ pageBytes: Int, _ level: Int32,
    _ outDelta: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ outDeltaBytes: UnsafeMutablePointer<Int>?
) -> railgun_status {
    guard let outDelta = unsafe outDelta, let outDeltaBytes = unsafe outDeltaBytes else { return RAILGUN_BAD_ARGUMENT }
    unsafe (outDelta.pointee, outDeltaBytes.pointee) = (nil, 0)
    guard let coder = unsafe coder, let level = DeltaLevel(level), let page = unsafe buffer(page, pageBytes) else {
        return RAILGUN_BAD_ARGUMENT
    }
    let against = unsafe base.map {
        unsafe Unmanaged<DeltaBase>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue()
    }
    return unsafe Unmanaged<Coder>.fromOpaque(UnsafeRawPointer(coder)).takeUnretainedValue()
        .run(outDelta, outDeltaBytes) { coder throws(DeltaError) in
            try coder.encoder.encode(unsafe page.span, against: against, level: level)
        }
}

/// `railgun_decode`, as the header has it.
@_cdecl("railgun_decode")
public func decode(
    _ coder: OpaquePointer?, _ base: UnsafePointer<UInt8>?, _ baseBytes: Int, _ delta: UnsafePointer<UInt8>?,
    _ deltaBytes: Int, _ expected: UnsafePointer<railgun_version>?,
    _ outPage: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ outPageBytes: UnsafeMutablePointer<Int>?
) -> railgun_status {
    guard let outPage = unsafe outPage, let outPageBytes = unsafe outPageBytes else { return RAILGUN_BAD_ARGUMENT }
    unsafe (outPage.pointee, outPageBytes.pointee) = (nil, 0)
    guard let coder = unsafe coder, let baseBuffer = unsafe buffer(base, baseBytes),
        let delta = unsafe buffer(delta, deltaBytes)
    else { return RAILGUN_BAD_ARGUMENT }
    let hasBase = unsafe base != nil
    let version = unsafe expected.flatMap {
        unsafe PageVersion(
            bytes: Bytes(start: UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self), count: PageVersion.byteCount)
                .span)
    }
    return unsafe Unmanaged<Coder>.fromOpaque(UnsafeRawPointer(coder)).takeUnretainedValue()
        .run(outPage, outPageBytes) { coder throws(DeltaError) in
            try coder.decoder.decode(
                unsafe delta.span, base: hasBase ? unsafe baseBuffer.span : nil, expecting: version)
        }
}

/// `railgun_error`, as the header has it.
@_cdecl("railgun_error")
public func errorText(_ coder: OpaquePointer?) -> UnsafePointer<CChar>? {
    guard let coder = unsafe coder else { return unsafe statusText(Int32(RAILGUN_BAD_ARGUMENT.rawValue)) }
    return unsafe UnsafePointer(
        Unmanaged<Coder>.fromOpaque(UnsafeRawPointer(coder)).takeUnretainedValue().errorText)
}

/// `railgun_free`, as the header has it.
@_cdecl("railgun_free")
public func freeBytes(_ bytes: UnsafeMutablePointer<UInt8>?) { unsafe free(bytes) }
