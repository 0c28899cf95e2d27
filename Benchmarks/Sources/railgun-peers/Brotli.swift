import Glibc

/// What this machine's brotli can do for us: its library takes a dictionary of one's own from version 1.1 on.
enum Brotli {
    /// A line that says why brotli isn't measured.
    static var absence: String {
        guard let library = unsafe dlopen("libbrotlienc.so.1", RTLD_NOW),
            let symbol = unsafe dlsym(library, "BrotliEncoderVersion")
        else { return "brotli: not installed; skipped" }
        typealias Version = @convention(c) () -> UInt32
        let version = unsafe unsafeBitCast(symbol, to: Version.self)()
        let text = "brotli \(version >> 24).\(version >> 12 & 0xfff).\(version & 0xfff)"
        return unsafe dlsym(library, "BrotliEncoderPrepareDictionary") == nil
            ? "\(text): its library takes no dictionaries (1.1 does); skipped"
            : "\(text): takes dictionaries, but isn't measured yet; skipped"
    }
}
