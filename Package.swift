// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault"), .strictMemorySafety()]

let package = Package(
    name: "railgun",
    products: [
        .library(name: "DeltaEngine", targets: ["DeltaEngine"]),
        .executable(name: "railgun-diff", targets: ["railgun-diff"]),
        .executable(name: "railgun-bench", targets: ["railgun-bench"]),
        .executable(name: "rg-sender", targets: ["rg-sender"]),
        .executable(name: "rg-listener", targets: ["rg-listener"]),
        .executable(name: "rg-diag", targets: ["rg-diag"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
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

        // What both daemons are made of. Imports point down only: see docs/architecture.md.
        .target(
            name: "HTTPRules",
            dependencies: [
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "PageStore",
            dependencies: ["DeltaEngine", .product(name: "Collections", package: "swift-collections")],
            swiftSettings: strict),
        .target(
            name: "Link",
            dependencies: [
                "HTTPRules",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), "CLZ4",
            ],
            swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: [
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Credentials",
            dependencies: [
                .product(name: "X509", package: "swift-certificates"), .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "Listener",
            dependencies: ["HTTPRules", "PageStore", "Link", "Operations"], swiftSettings: strict),
        .target(
            name: "Sender",
            dependencies: [
                "HTTPRules", "PageStore", "Link", "Operations",
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "rg-listener",
            dependencies: ["Listener", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),
        .executableTarget(
            name: "rg-sender",
            dependencies: [
                "Sender", "Credentials", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "rg-diag",
            dependencies: [
                "HTTPRules", "Link", "DeltaEngine", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .testTarget(
            name: "DeltaEngineTests", dependencies: ["DeltaEngine", "CDelta", "Corpus"],
            exclude: ["Golden"]),
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
