/// The colours of series, by their place in the page's style.
///
/// What is the same thing has the same colour in all charts of all pages: see the names for roles.
package enum SeriesColour: Int, CaseIterable, Hashable, Sendable {
    /// The first six are for series without a role, in turn; grey is for what others are compared with.
    case blue, orange, green, pink, violet, olive, grey

    /// Pages as they are.
    package static let wholePage = grey
    /// What compression without a base makes of them.
    package static let gzip = orange
    /// What goes over the line.
    package static let delta = blue

    /// The colours of so many series: those that were chosen, then the others in turn.
    static func assigned(_ chosen: [SeriesColour], count: Int) -> [SeriesColour] {
        let free = allCases.dropLast().filter { !chosen.contains($0) }
        let others = free.isEmpty ? Array(allCases.dropLast()) : free
        return (0..<count).map { $0 < chosen.count ? chosen[$0] : others[($0 - chosen.count) % others.count] }
    }
}
