// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.strictMemorySafety()]
let daemon: [SwiftSetting] = strict + [.enableUpcomingFeature("InternalImportsByDefault")]

let nioConcurrency: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "railgun",
    products: [
        .library(name: "DeltaEngine", targets: ["DeltaEngine"]),
        .library(name: "railgun-delta", type: .dynamic, targets: ["RailgunDelta"]),
        .executable(name: "railgun-diff", targets: ["railgun-diff"]),
        .executable(name: "railgun-bench", targets: ["railgun-bench"]),
        .executable(name: "rg-sender", targets: ["rg-sender"]),
        .executable(name: "rg-listener", targets: ["rg-listener"]),
        .executable(name: "rg-diag", targets: ["rg-diag"]),
        .executable(name: "demo-origin", targets: ["demo-origin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The C core: block matching, delta operations, hardened decoding.
        .target(name: "CDelta"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CMemcached", pkgConfig: "libmemcached", providers: [.apt(["libmemcached-dev"])]),
        .systemLibrary(name: "CGlibc"),  // what Swift's Glibc module leaves out

        // The library that others link, and the only importer of CDelta.
        .target(
            name: "DeltaEngine",
            dependencies: [
                "CDelta", "CZlib", "CLZ4", "CLibdeflate", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // The same for C, and what can call C.
        .systemLibrary(name: "CRailgunDelta"),
        .target(name: "RailgunDelta", dependencies: ["CRailgunDelta", "DeltaEngine"], swiftSettings: strict),

        // What both commands share: files and failures, corpora of pages, and how results are shown.
        .target(name: "Files", swiftSettings: strict),
        .target(name: "Corpus", dependencies: ["Files"], swiftSettings: strict),
        .target(name: "Release", swiftSettings: strict),
        .target(name: "Reports", dependencies: ["Release"], swiftSettings: strict),

        // What changed in a page, for people.
        .target(name: "Explanations", dependencies: ["DeltaEngine", "Reports"], swiftSettings: strict),

        .executableTarget(
            name: "railgun-diff",
            dependencies: [
                "DeltaEngine", "Corpus", "Explanations", "Files", "Release", "Reports", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            linkerSettings: [.linkedLibrary("curl")]),  // Foundation fetches pages with it
        .executableTarget(
            name: "railgun-bench",
            dependencies: [
                "DeltaEngine", "Corpus", "Files", "Release", "Reports", "CZlib", "CLZ4", "CGlibc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // What both daemons are made of. Imports point down only: docs/architecture.md.
        .target(
            name: "HTTPRules",
            dependencies: [nioHTTP1, .product(name: "Crypto", package: "swift-crypto")], swiftSettings: daemon),
        .target(name: "HTTPWire", dependencies: ["HTTPRules", nioCore, nioHTTP1], swiftSettings: daemon),
        .target(
            name: "Exchange",
            dependencies: [
                "CLibdeflate", nioConcurrency, nioCore, nioPosix, nioHTTP1,
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: daemon),
        .target(name: "ProxyProtocol", dependencies: [nioCore], swiftSettings: daemon),
        .target(
            name: "PageStore",
            dependencies: [
                "DeltaEngine", nioConcurrency, .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: daemon),
        .target(
            name: "PageFile",
            dependencies: [
                "DeltaEngine", "Operations", "PageStore", nioConcurrency, nioCore, nioPosix,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: daemon),
        .target(
            name: "SharedStore",
            dependencies: [
                "CLZ4", "CMemcached", "DeltaEngine", "Operations", "PageStore", nioConcurrency, nioCore, nioPosix,
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: daemon),
        .target(
            name: "Link",
            dependencies: [
                "CLZ4", "Credentials", "Exchange", "Operations", "ProxyProtocol", nioConcurrency, nioCore, nioPosix,
                nioHTTP1, nioSSL,
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            swiftSettings: daemon),
        .target(
            name: "Origin",
            dependencies: [
                "Exchange", "HTTPRules", "HTTPWire", "Operations", nioConcurrency, nioCore, nioPosix, nioHTTP1, nioSSL,
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: daemon),
        .target(
            name: "Operations",
            dependencies: [
                "CGlibc", "Credentials", "Exchange", "HTTPRules", nioConcurrency, nioCore, nioPosix, nioHTTP1,
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Credentials",
            dependencies: [
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "Activation",
            dependencies: [
                "Credentials", "Exchange", "Operations", nioConcurrency, nioCore, nioPosix, nioHTTP1, nioSSL,
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: daemon),
        .target(
            name: "Dashboard",
            dependencies: [
                "DeltaEngine", "Exchange", "Explanations", "Operations", "Reports", nioConcurrency, nioCore, nioPosix,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Assets/dashboard.css"), .embedInCode("Assets/dashboard.js"),
                .embedInCode("Assets/icon.svg"),
            ],
            swiftSettings: daemon),
        .target(
            name: "Listener",
            dependencies: [
                "CZlib", "Exchange", "HTTPRules", "Link", "Operations", "Origin", "PageFile", "PageStore",
                "SharedStore", nioConcurrency,
            ],
            swiftSettings: daemon),
        .target(
            name: "Sender",
            dependencies: [
                "Activation", "Credentials", "CZlib", "Exchange", "HTTPRules", "HTTPWire", "Link",
                "Operations", "Origin", "PageFile", "PageStore", "ProxyProtocol", nioConcurrency,
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ],
            swiftSettings: daemon),
        .executableTarget(
            name: "rg-listener",
            dependencies: [
                "Activation", "Dashboard", "Listener", "Operations", "Release", nioCore, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: daemon),
        .executableTarget(
            name: "rg-sender",
            dependencies: [
                "Credentials", "Dashboard", "Operations", "Release", "Sender", nioCore, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: daemon),
        // What rg-diag looks at, step by step.
        .target(
            name: "Diagnosis",
            dependencies: [
                "Credentials", "DeltaEngine", "Exchange", "HTTPRules", "Link", "Operations", "Origin", "PageStore",
                nioCore, nioPosix, nioHTTP1, nioSSL, .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: daemon),
        .executableTarget(
            name: "rg-diag",
            dependencies: [
                "Credentials", "Diagnosis", "HTTPRules", "Link", "Operations", "Release",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: daemon),

        // Something to try the line on.
        .executableTarget(
            name: "demo-origin",
            dependencies: [
                "Corpus", "Reports", "Release", nioCore, nioHTTP1, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .testTarget(
            name: "DeltaEngineTests", dependencies: ["DeltaEngine", "CDelta", "Corpus"],
            exclude: ["Golden"]),
        .testTarget(name: "DocumentationTests", dependencies: ["DeltaEngine", "TestSupport"]),
        .testTarget(
            name: "PageStoreTests", dependencies: ["PageStore", "DeltaEngine", "Corpus", "CGlibc", nioConcurrency],
            swiftSettings: strict),
        .testTarget(
            name: "PageFileTests",
            dependencies: [
                "Corpus", "DeltaEngine", "PageFile", "PageStore", "TestSupport", nioConcurrency,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "SharedStoreTests",
            dependencies: [
                "Corpus", "DeltaEngine", "Operations", "PageStore", "SharedStore", "TestSupport", nioConcurrency,
                nioCore,
                nioPosix, .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "HTTPRulesTests",
            dependencies: ["HTTPRules", nioHTTP1, .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(
            name: "HTTPWireTests",
            dependencies: [
                "Corpus", "HTTPWire", "HTTPRules", nioCore, nioHTTP1,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        .testTarget(
            name: "ProxyProtocolTests",
            dependencies: ["Corpus", "ProxyProtocol", nioCore, .product(name: "NIOEmbedded", package: "swift-nio")],
            swiftSettings: strict),
        .testTarget(
            name: "LinkTests",
            dependencies: [
                "Link", "Corpus", "Exchange", "Credentials", "TestSupport", nioConcurrency, nioCore, nioPosix, nioHTTP1,
                nioSSL, .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            swiftSettings: strict),
        // A line without sockets, on an event loop whose clock the tests move.
        .target(
            name: "EmbeddedLine",
            dependencies: [
                "Exchange", "HTTPRules", "Link", "Origin", nioCore, nioHTTP1,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/EmbeddedLine", swiftSettings: daemon),
        .testTarget(
            name: "OriginTests",
            dependencies: [
                "Corpus", "EmbeddedLine", "Exchange", "HTTPRules", "Operations", "Origin", "TestSupport",
                nioConcurrency, nioCore, nioHTTP1, nioPosix, nioSSL,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ListenerTests",
            dependencies: [
                "CLibdeflate", "Corpus", "DeltaEngine", "EmbeddedLine", "Exchange", "HTTPRules", "Link", "Listener",
                "Operations", "PageStore", "SharedStore", nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SenderTests",
            dependencies: [
                "CLibdeflate", "CZlib", "Corpus", "DeltaEngine", "EmbeddedLine", "Exchange", "HTTPRules", "HTTPWire",
                "Link",
                "Operations", "PageStore", "Sender", nioCore, nioHTTP1,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DashboardTests", dependencies: ["Dashboard", "Operations", "TestSupport", nioCore, nioPosix],
            exclude: ["Browser"]),
        .testTarget(name: "OperationsTests", dependencies: ["HTTPRules", "Operations", "TestSupport", nioConcurrency]),
        .testTarget(
            name: "ActivationTests",
            dependencies: [
                "Activation", "Credentials", "Operations", nioCore, nioPosix, nioSSL,
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "CredentialsTests", dependencies: ["Credentials", nioPosix, nioSSL]),
        // What the tests of commands and of the whole line share.
        .target(name: "TestSupport", dependencies: [nioConcurrency], path: "Tests/Support"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Corpus", "TestSupport", "demo-origin", "rg-diag", "rg-listener", "rg-sender", nioConcurrency,
                nioCore,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ]),
        .testTarget(name: "DemoOriginTests", dependencies: ["demo-origin"], swiftSettings: strict),
        .testTarget(name: "CorpusTests", dependencies: ["Corpus"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports"]),
        .testTarget(
            name: "CommandTests",
            dependencies: ["Corpus", "DeltaEngine", "RailgunDelta", "TestSupport", "railgun-diff"]),
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

// For `make c-library`: SwiftPM puts Swift's library into commands only. Not for those who depend on this package, for which
// such flags are forbidden.
if Context.environment["C_LIBRARY"] != nil, let target = package.targets.first(where: { $0.name == "RailgunDelta" }) {
    let exports = "\(Context.packageDirectory)/Sources/CRailgunDelta/railgun_delta.map"
    target.linkerSettings = [.unsafeFlags(["-static-stdlib", "-Xlinker", "--version-script=\(exports)"])]
}
