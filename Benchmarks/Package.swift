// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who links DeltaEngine gets the peers that it is measured against.
let strict: [SwiftSetting] = [.strictMemorySafety()]

let package = Package(
    name: "railgun-benchmarks",
    dependencies: [
        .package(name: "railgun", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // zstd, zlib and LZ4 as the system ships them.
        .systemLibrary(
            name: "CPeers", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev", "zlib1g-dev", "liblz4-dev"])]),

        // What every benchmark shares: a clock, interleaved samples, tables, figures with their bars, and the engine.
        .target(
            name: "Measuring", dependencies: [.product(name: "DeltaEngine", package: "railgun")],
            swiftSettings: strict),

        // Pages that are made up: of any size, or to hurt. The engine's own hash is needed for making blocks collide.
        .target(name: "CEngineHash", dependencies: [.product(name: "DeltaEngine", package: "railgun")]),
        .target(name: "Workloads", dependencies: ["CEngineHash"], swiftSettings: strict),

        .executableTarget(
            name: "railgun-peers",
            dependencies: [
                "CPeers", "Measuring", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "railgun-micro",
            dependencies: [
                "Measuring", "Workloads", .product(name: "DeltaEngine", package: "railgun"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .testTarget(
            name: "BenchmarkTests", dependencies: ["Measuring", "Workloads", "CEngineHash"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// As in the main package.
if Context.environment["WARNINGS_AS_ERRORS"] != nil {
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
