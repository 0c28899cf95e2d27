import Foundation
import TestSupport
import Testing

/// `packaging/grafana` and `packaging/prometheus` ask for metrics that there are, in words that Prometheus understands.
struct MonitoringFilesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardized

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The metrics in a text that `docs/metrics.md` doesn't list.
    private static func unknown(in text: String) throws -> Set<String> {
        let guide = try self.text("docs/metrics.md")
        var known: Set<String> = []
        for row in guide.matches(of: /\n\| `([a-z_]+)` \| ([a-z]+) \|/) {
            let name = String(row.1)
            if row.2 == "histogram" {
                known.formUnion(["_bucket", "_sum", "_count"].map { name + $0 })
            } else {
                known.insert(name)
            }
        }
        #expect(known.count > 80)
        return Set(text.matches(of: /(railgun|process)_[a-z_]+/).map { String($0.0) }).subtracting(known)
    }

    // MARK: Grafana

    private struct Dashboard: Decodable {
        struct Source: Decodable {
            var type, uid: String
        }
        struct Target: Decodable {
            var refId, expr, legendFormat: String
            var datasource: Source
        }
        struct Place: Decodable {
            var h, w, x, y: Int
        }
        struct Panel: Decodable {
            var id: Int
            var type, title: String
            var description: String?
            var gridPos: Place
            var datasource: Source?
            var targets: [Target]?
            var fieldConfig: FieldConfig?
        }
        struct FieldConfig: Decodable {
            struct Defaults: Decodable { var unit: String }
            var defaults: Defaults
        }
        struct Variable: Decodable {
            var name, type: String
        }
        struct Templating: Decodable { var list: [Variable] }
        var title, uid: String
        var schemaVersion: Int
        var templating: Templating
        var panels: [Panel]
    }

    private static func dashboard() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(text("packaging/grafana/railgun.json").utf8))
    }

    @Test func theDashboardIsOneOfGrafana() throws {
        let dashboard = try Self.dashboard()
        #expect(dashboard.schemaVersion >= 36 && dashboard.title == "Railgun" && !dashboard.uid.isEmpty)
        #expect(dashboard.templating.list.map(\.name) == ["datasource", "instance"])
        #expect(dashboard.templating.list.map(\.type) == ["datasource", "query"])
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            let place = panel.gridPos
            #expect(place.x >= 0 && place.w > 0 && place.x + place.w <= 24 && place.h > 0, "\(panel.title)")
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h {
                    #expect(taken.insert([x, y]).inserted, "\(panel.title) covers another panel")
                }
            }
            guard panel.type != "row" else { continue }
            #expect(["stat", "timeseries", "heatmap", "state-timeline"].contains(panel.type))
            #expect(panel.description?.isEmpty == false && panel.fieldConfig?.defaults.unit.isEmpty == false)
            let targets = try #require(panel.targets)
            #expect(!targets.isEmpty && Set(targets.map(\.refId)).count == targets.count)
            for source in targets.map(\.datasource) + [try #require(panel.datasource)] {
                #expect(source.type == "prometheus" && source.uid == "${datasource}")
            }
            #expect(targets.allSatisfy { $0.expr.contains("instance=~\"$instance\"") }, "\(panel.title)")
        }
    }

    @Test func theDashboardAsksForMetricsThatThereAre() throws {
        let questions = try Self.dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
        #expect(questions.count > 50)
        #expect(try Self.unknown(in: questions.joined(separator: "\n")) == [])
    }

    @Test func prometheusUnderstandsWhatTheDashboardAsks() throws {
        try #require(Promtool.isInstalled, "scripts/setup --dev installs promtool")
        let questions = try Self.dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
        let rules = try questions.enumerated().map { number, question in
            let question = question.replacing("$__rate_interval", with: "5m").replacing("$__range", with: "6h")
                .replacing("$instance", with: ".*")
            #expect(!question.contains("$"))
            let quoted = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
            return "  - { record: 'question:\(number)', expr: \(quoted.replacing("\\/", with: "/")) }\n"
        }
        let folder = TestSupport.TemporaryFolder()
        try folder.write(
            "groups: [{ name: g, rules: [\n\(rules.joined().replacing("  - {", with: "{").replacing("}\n", with: "},\n"))] }]\n",
            to: "rules.yml")
        let said = try Promtool.run(["check", "rules", "rules.yml"], in: folder.url)
        #expect(said.exitCode == 0, "\(said.errors)")
    }

    // MARK: alerts

    @Test func alertsAreRightAndFire() throws {
        try #require(Promtool.isInstalled, "scripts/setup --dev installs promtool")
        let folder = Self.root.appendingPathComponent("packaging/prometheus")
        for arguments in [["check", "rules", "railgun.rules.yml"], ["test", "rules", "railgun.test.yml"]] {
            let said = try Promtool.run(arguments, in: folder)
            #expect(said.exitCode == 0, "\(said.output)\(said.errors)")
        }
    }

    @Test func theGuideListsAllAlertsAndTheyAskForMetricsThatThereAre() throws {
        let rules = try Self.text("packaging/prometheus/railgun.rules.yml")
        #expect(try Self.unknown(in: rules) == [])
        let alerts = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
        let guide = try Self.text("docs/metrics.md").matches(of: /\| `(Railgun\w+)` \|/).map { String($0.1) }
        #expect(alerts == guide && alerts.count > 5)
    }
}
