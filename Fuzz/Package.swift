// swift-tools-version: 6.2
import PackageDescription

// Build with `--sanitize fuzzer --sanitize address`: Fuzz/run does.
let package = Package(
    name: "railgun-fuzz",
    dependencies: [.package(name: "railgun", path: "..")],
    targets: [
        .executableTarget(
            name: "fuzz-container", dependencies: [.product(name: "DeltaEngine", package: "railgun")])
    ],
    swiftLanguageModes: [.v6]
)
