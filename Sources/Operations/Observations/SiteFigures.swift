import NIOCore

/// What is noted of a site.
struct SiteFigures: NamedFigures {
    /// The most sites, and the most classes of paths of each.
    static let mostSites = 64, mostClasses = 16

    var sum = ObservedSavings()
    var ratio = GzipRatio()
    /// How many pages pass until one is compressed with gzip again.
    var pagesUntilSample = 0
    var classes = FrequentNames<ClassFigures>(room: mostClasses)

    var rank: Int { sum.savings.pageBytes }

    mutating func note(_ request: ObservedRequest, ratio: GzipRatio) {
        sum.add(request, ratio: ratio)
        let name = PathClass.name(of: request.target)
        guard let row = classes.row(of: name, mayEnter: request.crossing.isAnswer) else {
            return classes.other.sum.add(request, ratio: ratio)
        }
        classes[row].sum.add(request, ratio: ratio)
        classes[row].times.record(request.total)
    }

    mutating func absorb(_ other: SiteFigures) {
        absorbNameless(other)
        classes.absorb(other.classes)
    }

    mutating func absorbNameless(_ other: SiteFigures) {
        sum.absorb(other.sum)
        ratio.absorb(other.ratio)
    }
}

/// What is noted of the paths that begin alike.
struct ClassFigures: NamedFigures {
    var sum = ObservedSavings()
    var times = BriefHistogram()

    var rank: Int { sum.savings.pageBytes }

    mutating func absorb(_ other: ClassFigures) {
        sum.absorb(other.sum)
        times.absorb(other.times)
    }

    mutating func absorbNameless(_ other: ClassFigures) { sum.absorb(other.sum) }
}

/// How paths are told apart: by their first part.
enum PathClass {
    /// `/news/` of `/news/today?page=2`, `/` of `/about`.
    ///
    /// Nothing that may be a query or a session's name, and no copy.
    static func name(of target: String) -> Substring {
        let bytes = target.utf8.span
        guard bytes.count > 1, bytes[0] == UInt8(ascii: "/") else { return "/" }
        for index in 1..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "/"):
                return target[...target.utf8.index(target.startIndex, offsetBy: index)]
            case UInt8(ascii: "?"), UInt8(ascii: ";"), UInt8(ascii: "#"): return "/"
            default: break
            }
        }
        return "/"
    }
}
