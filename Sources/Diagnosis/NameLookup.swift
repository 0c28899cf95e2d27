import Exchange
import NIOCore

/// The addresses of a name, in the order in which they are to be tried.
enum NameLookup {
    /// Asks the system; blocks until it answers.
    ///
    /// - Throws: ``DiagnosisFailure`` where there is none.
    static func addresses(of host: String, port: Int) throws(DiagnosisFailure) -> [SocketAddress] {
        do throws(NameFailure) {
            return try NameLookUps.resolve(host).map { $0.at(port: port) }
        } catch {
            throw DiagnosisFailure(
                "the name “\(host)” has no address: \(error.words)", check: "is the name right?",
                "does this machine's DNS know it (getent hosts \(host))?")
        }
    }
}

extension SocketAddress {
    /// Without the name that was looked up: `192.0.2.7:2408`.
    var words: String {
        let address = ipAddress ?? "?"
        return (address.contains(":") ? "[\(address)]" : address) + ":\(port ?? 0)"
    }
}
