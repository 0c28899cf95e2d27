import DeltaEngine
import Foundation
import TestSupport
import Testing

struct TutorialTests {
    private let path = "/news"

    @Test func aPageThatChangesTravelsAsADifference() throws {
        var sender = try PageSender()
        var receiver = PageReceiver()
        var sizes: [Int] = []
        for version in 0..<4 {
            let page = samplePage(version)
            let rebuilt = try receiver.page(at: path) { held in
                let answer = try sender.answer(page, at: path, to: held)
                sizes.append(answer.count)
                return answer
            }
            #expect(rebuilt == page)
        }
        #expect(sizes.count == 4 && sizes.dropFirst().allSatisfy { $0 < 120 && 3 * $0 < sizes[0] }, "\(sizes)")
    }

    @Test func whatIsOfNoUseIsAskedForOnceMore() throws {
        var sender = try PageSender()
        var receiver = PageReceiver()
        _ = try receiver.page(at: path) { try sender.answer(samplePage(0), at: path, to: $0) }
        var asked: [Bool] = []
        let page = try receiver.page(at: path) { held in
            asked.append(held != nil)
            var answer = try sender.answer(samplePage(1), at: path, to: held)
            if held != nil { answer[answer.count - 2] ^= 1 }
            return answer
        }
        #expect(page == samplePage(1))
        #expect(asked == [true, false])
        #expect(throws: DeltaError.self) { try receiver.page(at: path) { _ in [1, 2, 3] } }
    }

    /// Each step stands for itself, so each has to compile; the last ones are the files that the tests above run.
    @Test func everyStepCompilesAndTheLastOnesAreTheFilesHere() throws {
        let modules = RunningCommand.executable("Modules").path
        let maps =
            [RunningCommand.executable("CDelta.build/module.modulemap").path]
            + ["CZlib", "CLZ4", "CLibdeflate"].map { project.appending(path: "Sources/\($0)/module.modulemap").path }
        let flags =
            ["swiftc", "-typecheck", "-swift-version", "6", "-I", modules]
            + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
        let steps = catalog.appending(path: "Resources")
        let finals = ["keeper-3": "PageKeeper", "sender-4": "PageSender", "receiver-3": "PageReceiver"]
        let names = try FileManager.default.contentsOfDirectory(atPath: steps.path).filter { $0.hasSuffix(".swift") }
            .sorted()
        #expect(names.count == 12)
        let tutorial = try String(contentsOf: catalog.appending(path: "SendOnlyWhatChanged.tutorial"), encoding: .utf8)
        for name in names {
            #expect(tutorial.contains("file: \"\(name)\")"), "\(name) is shown nowhere")
            if name.hasPrefix("package") { continue }
            // The sender uses the keeper of the step before.
            let others = name.hasPrefix("sender") ? [steps.appending(path: "keeper-3.swift").path] : []
            let run = try Command("/usr/bin/env", flags + [steps.appending(path: name).path] + others)
            #expect(run.exitCode == 0, "\(name): \(run.errors)")
        }
        for (step, file) in finals {
            #expect(
                try Data(contentsOf: steps.appending(path: "\(step).swift"))
                    == Data(contentsOf: project.appending(path: "Tests/DocumentationTests/Tutorial/\(file).swift")))
        }
    }

    @Test func theManifestNamesWhatThePackageOffers() throws {
        let manifest = try String(contentsOf: catalog.appending(path: "Resources/package-2.swift"), encoding: .utf8)
        let readme = try String(contentsOf: project.appending(path: "README.md"), encoding: .utf8)
        let package = try String(contentsOf: project.appending(path: "Package.swift"), encoding: .utf8)
        for line in [
            ".package(url: \"URL-OF-THIS-REPOSITORY\", branch: \"main\")",
            ".product(name: \"DeltaEngine\", package: \"railgun\")",
        ] {
            #expect(manifest.contains(line) && readme.contains(line))
        }
        #expect(package.contains("name: \"railgun\",") && package.contains(".library(name: \"DeltaEngine\""))
    }
}
