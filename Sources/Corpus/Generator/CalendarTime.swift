/// A moment in UTC, and how pages write it; no formatter of the system, so that it reads the same on every machine.
struct CalendarTime: Comparable, Sendable {
    /// Seconds since 1970.
    var seconds: Int

    /// Monday, 2 March 2026, 06:00.
    static let start = CalendarTime(seconds: 1_772_431_200)

    static func < (one: CalendarTime, other: CalendarTime) -> Bool { one.seconds < other.seconds }

    func adding(minutes: Int) -> CalendarTime { CalendarTime(seconds: seconds + 60 * minutes) }

    /// As in `2026-03-02T06:00:00Z`.
    var iso8601: String { "\(isoDay)T\(clock)Z" }

    /// As in `2026-03-02`.
    var isoDay: String { "\(date.year)-\(padded(date.month))-\(padded(date.day))" }

    /// As in `06:00:00`.
    var clock: String { "\(padded(seconds / 3600 % 24)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))" }

    /// As in `Mon, 02 Mar 2026 06:00:00 GMT` (RFC 822, as RSS wants it).
    var rfc822: String {
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][seconds / 86400 % 7]
        return "\(weekday), \(padded(date.day)) \(Self.months[date.month - 1]) \(date.year) \(clock) GMT"
    }

    /// How long ago this was, as people read it: `3 minutes ago`, `1 hour ago`, `2 Mar 2026`.
    func age(at now: CalendarTime) -> String {
        let minutes = (now.seconds - seconds) / 60
        return switch minutes {
        case ..<1: "just now"
        case 1: "1 minute ago"
        case ..<60: "\(minutes) minutes ago"
        case ..<120: "1 hour ago"
        case ..<1440: "\(minutes / 60) hours ago"
        default: "\(date.day) \(Self.months[date.month - 1]) \(date.year)"
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The civil date, by counting in years that start in March.
    ///
    /// - SeeAlso: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private var date: (year: Int, month: Int, day: Int) {
        let days = seconds / 86400 + 719_468
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + days / 146_097 * 400 + (month < 10 ? 0 : 1)
        return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
    }

    private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
