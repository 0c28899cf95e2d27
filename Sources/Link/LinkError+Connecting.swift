import Exchange
import NIOCore
import NIOPosix

extension LinkError {
    /// Why a connection to an address could not be made.
    init(connecting address: LinkDialer.Address, _ error: any Error) {
        self.init(.closed, Self.words(error, address))
    }

    private static func words(_ error: any Error, _ address: LinkDialer.Address) -> String {
        switch error {
        case let error as NIOConnectionError:
            let causes = Set(error.connectionErrors.map { words($0.error, address) })
            return causes.isEmpty ? "no address for \(address.host)" : causes.sorted().joined(separator: "; ")
        case let error as IOError: return error.words
        case is ChannelError: return "no connection in time"
        default: return "\(error)"
        }
    }
}
