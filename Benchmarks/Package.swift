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

        // What every benchmark shares: a clock, interleaved samples, tables, figures with their bars.
        .target(name: "Measuring", swiftSettings: strict),

        .executableTarget(
            name: "railgun-peers",
            dependencies: [
                "CPeers", "Measuring",
                .product(name: "DeltaEngine", package: "railgun"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
