// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.strictMemorySafety()]

let package = Package(
    name: "railgun",
    products: [
        .library(name: "DeltaEngine", targets: ["DeltaEngine"]),
        .executable(name: "railgun-diff", targets: ["railgun-diff"]),
        .executable(name: "railgun-bench", targets: ["railgun-bench"]),
        .executable(name: "demo-origin", targets: ["demo-origin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // The C core: block matching, delta operations, hardened decoding.
        .target(name: "CDelta"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CMalloc"),  // glibc's allocator controls: how the benchmark measures memory

        // The library that others link, and the only importer of CDelta.
        .target(
            name: "DeltaEngine",
            dependencies: [
                "CDelta", "CZlib", "CLZ4", "CLibdeflate", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // Which versions of which page an end of the line holds.
        .target(
            name: "PageStore",
            dependencies: ["DeltaEngine", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: strict),

        // What both commands share: files and failures, corpora of pages, and how results are shown.
        .target(name: "Files", swiftSettings: strict),
        .target(name: "Corpus", dependencies: ["Files"], swiftSettings: strict),
        .target(name: "Reports", swiftSettings: strict),

        .executableTarget(
            name: "railgun-diff",
            dependencies: [
                "DeltaEngine", "Corpus", "Files", "Reports", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "railgun-bench",
            dependencies: [
                "DeltaEngine", "Corpus", "Files", "Reports", "CZlib", "CLZ4", "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Something to try the line on.
        .executableTarget(
            name: "demo-origin",
            dependencies: [
                "Corpus", "Reports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),

        .testTarget(
            name: "DeltaEngineTests", dependencies: ["DeltaEngine", "CDelta", "Corpus"],
            exclude: ["Golden"]),
        .testTarget(
            name: "PageStoreTests", dependencies: ["PageStore", "DeltaEngine", "Corpus", "CMalloc"],
            swiftSettings: strict),
        .testTarget(name: "DemoOriginTests", dependencies: ["demo-origin"], swiftSettings: strict),
        .testTarget(name: "CorpusTests", dependencies: ["Corpus"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports"]),
        .testTarget(name: "CommandTests", dependencies: ["Corpus", "DeltaEngine", "railgun-diff"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// For CI. Not for those who link the library: a newer compiler may warn of more.
if Context.environment["WARNINGS_AS_ERRORS"] != nil {
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
