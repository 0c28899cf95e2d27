package import Operations

/// The origins that can answer a request; all of them have what it asks for.
package struct OriginSite: Hashable, Sendable {
    /// The line of the NAT map that names them; `nil` for an address from elsewhere, whose health nobody keeps.
    let line: Int?
    /// One or more.
    let origins: [MappedOrigin]
    /// The port of those that have none of their own.
    let port: Int
    /// The name that the certificate must have; `nil` for plain HTTP.
    let tlsName: String?

    /// A site with one origin, whose health nobody keeps.
    package init(_ address: OriginAddress) {
        (line, port, tlsName) = (nil, address.port, address.tlsName)
        origins = [MappedOrigin(host: address.host, port: address.port)]
    }

    /// What the NAT map says; `tlsName` as in ``OriginAddress``.
    package init(_ target: NATMap.Target, tlsName: String?) {
        (line, origins, port, self.tlsName) = (target.line, target.origins, target.port, tlsName)
    }

    /// The addresses of the origins, in the order of their line.
    package var addresses: [OriginAddress] { origins.indices.map { self[$0] } }

    subscript(place: Int) -> OriginAddress {
        OriginAddress(host: origins[place].host, port: origins[place].port ?? port, tlsName: tlsName)
    }
}

/// What health is kept of: a port of a machine, and how it is spoken to.
///
/// Names that certificates must have are left out: visitors may choose those. A port that speaks no TLS fails visitors
/// who come by https, and is well for all others.
package struct OriginKey: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: Int
    let isTLS: Bool

    init(host: String, port: Int, isTLS: Bool) { (self.host, self.port, self.isTLS) = (host, port, isTLS) }

    package init(_ address: OriginAddress) {
        self.init(host: address.host, port: address.port, isTLS: address.tlsName != nil)
    }

    package var description: String {
        OriginAddress(host: host, port: port, tlsName: isTLS ? host : nil).description
    }
}
