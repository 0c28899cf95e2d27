/// Settings of Railgun's own listener that have nothing to set here.
///
/// Its `railgun.conf` is read all the same, and a warning says of each why it has no effect.
enum OriginalSettings {
    private static let withoutEffect: KeyValuePairs = [
        "activation.heartbeat_interval": "the link itself is watched",
        "activation.public_ip": "senders name this listener in their 'listeners'",
        "cpuprofile.file": "this program writes no profiles",
        "cpuprofile.initial": "this program writes no profiles",
        "cpuprofile.intial": "this program writes no profiles",  // as its manual spells it
        "memcached.connect": "memcached.servers names the servers",
        "memprofile.file": "this program writes no profiles",
        "memstats.file": "stats.listen shows how much memory is in use",
    ]

    /// Takes those that are there, and warns of each.
    static func take(_ settings: inout Settings) {
        for (key, reason) in withoutEffect where settings.takeUnlisted(key) {
            settings.warn(key, "has no effect: \(reason)")
        }
    }
}
