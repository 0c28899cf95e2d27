import Glibc
import NIOCore

/// The addresses of a name, in the order in which they are to be tried.
enum NameLookup {
    /// Asks the system; blocks until it answers.
    ///
    /// - Throws: ``DiagnosisFailure`` where there is none.
    static func addresses(of host: String, port: Int) throws(DiagnosisFailure) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            let words = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "code \(status)"
            throw DiagnosisFailure(
                "the name “\(host)” has no address: \(words)", check: "is the name right?",
                "does this machine's DNS know it (getent hosts \(host))?")
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            if let address = unsafe SocketAddress(entry) { addresses.append(address) }
            unsafe next = entry.ai_next
        }
        return addresses
    }
}

extension SocketAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let pointer = unsafe entry.ai_addr else { return nil }
        let raw = UnsafeRawPointer(pointer)
        switch unsafe entry.ai_family {
        case AF_INET: self.init(unsafe raw.load(as: sockaddr_in.self))
        case AF_INET6: self.init(unsafe raw.load(as: sockaddr_in6.self))
        default: return nil
        }
    }

    /// Without the name that was looked up: `192.0.2.7:2408`.
    var words: String {
        let address = ipAddress ?? "?"
        return (address.contains(":") ? "[\(address)]" : address) + ":\(port ?? 0)"
    }
}
