/// A JSON interface that tells the state of a city's bicycle stations, every minute, in one line as servers send it.
struct StationStatus: GeneratedSite {
    private var random: SeededGenerator
    private var now = CalendarTime.start
    private var stations: [Station] = []

    private struct Station {
        let id: String
        let name: String
        let latitude: String
        let longitude: String
        let docks: Int
        var bikes: Int
        var electric: Int
        var broken: Int
        var isRenting: Bool
        var reported: CalendarTime
    }

    init(random: SeededGenerator) {
        var random = random
        for _ in 0..<260 {
            let docks = random.integer(in: 10...40)
            let name =
                "\(random.english("street")) Street / \(random.english("street")) Lane, \(random.english("town"))"
            stations.append(
                Station(
                    id: random.uuid(), name: name, latitude: "52.\(random.integer(in: 400_000...599_999))",
                    longitude: "13.\(random.integer(in: 200_000...599_999))", docks: docks,
                    bikes: random.integer(in: 0...docks), electric: random.integer(in: 0...6),
                    broken: random.integer(in: 0...2), isRenting: !random.chance(oneIn: 30),
                    reported: CalendarTime(seconds: now.seconds - random.integer(in: 5...900))))
        }
        self.random = random
    }

    mutating func advance() {
        now = now.adding(minutes: 1)
        for index in stations.indices {
            if random.chance(oneIn: 6) {
                let bikes = stations[index].bikes + random.integer(in: -2...2)
                stations[index].bikes = min(max(bikes, 0), stations[index].docks)
                stations[index].electric = random.integer(in: 0...6)
                stations[index].reported = CalendarTime(seconds: now.seconds - random.integer(in: 1...59))
            } else if random.chance(oneIn: 12) {
                stations[index].reported = CalendarTime(seconds: now.seconds - random.integer(in: 1...59))
            }
            if random.chance(oneIn: 400) { stations[index].isRenting.toggle() }
        }
    }

    mutating func page() -> String {
        let list = stations.map { station in
            "{\"station_id\":\"\(station.id)\",\"name\":\"\(station.name)\",\"lat\":\(station.latitude),\"lon\":\(station.longitude),"
                + "\"capacity\":\(station.docks),\"num_bikes_available\":\(station.bikes),\"num_ebikes_available\":\(station.electric),"
                + "\"num_bikes_disabled\":\(station.broken),\"num_docks_available\":\(station.docks - station.bikes),"
                + "\"is_installed\":true,\"is_renting\":\(station.isRenting),\"is_returning\":true,"
                + "\"last_reported\":\(station.reported.seconds)}"
        }
        return "{\"last_updated\":\(now.seconds),\"ttl\":10,\"version\":\"2.3\",\"request_id\":\"\(random.uuid())\","
            + "\"data\":{\"stations\":[\(list.joined(separator: ","))]}}"
    }
}
