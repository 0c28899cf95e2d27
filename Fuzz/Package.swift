// swift-tools-version: 6.2
import PackageDescription

// What Fuzz/run builds: one program with all fuzzers of Swift code. Their sources are those of the daemons, by links, so that
// what is not public can be reached, and without what needs TLS or sockets, which would take most of the time to build.
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioConcurrency: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

// What is counted is which ways through our own code an input takes, not through the libraries under it.
let strict: [SwiftSetting] = [.strictMemorySafety(), .unsafeFlags(["-sanitize=fuzzer"])]
let swift: [SwiftSetting] = strict + [.enableUpcomingFeature("InternalImportsByDefault")]
let c: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link"])]

let package = Package(
    name: "railgun-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    ],
    targets: [
        .target(name: "CDelta", cSettings: c),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4"),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate"),
        .target(
            name: "DeltaEngine", dependencies: ["CDelta", "CZlib", "CLZ4", "CLibdeflate", crypto],
            exclude: ["DeltaEngine.docc"], swiftSettings: swift),
        .target(name: "HTTPRules", dependencies: [nioHTTP1, crypto], swiftSettings: swift),
        .target(name: "HTTPWire", dependencies: ["HTTPRules", nioCore, nioHTTP1], swiftSettings: swift),
        .target(
            name: "Exchange", dependencies: [nioCore, nioConcurrency, nioHTTP1, crypto],
            exclude: ["GzipEncoder.swift", "NameLookUps.swift"], swiftSettings: swift),
        .target(
            name: "Link",
            dependencies: [
                "CLZ4", "Exchange", nioCore, nioHTTP1, .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            exclude: [
                "CertificateExpiry.swift", "LaneCollection.swift", "LaneSummary+Overview.swift",
                "LinkCredentials+Settings.swift",
                "LinkDialOut.swift", "LinkDialer.swift", "LinkError+Connecting.swift", "LinkServer.swift",
                "LinkMetrics.swift", "LinkSocket.swift", "LinkTLS.swift", "PEMFiles.swift", "PeerGate.swift",
                "PeerRules.swift",
                "RefusedPeers.swift", "Strangers.swift",
            ],
            swiftSettings: swift),
        .target(name: "Credentials", dependencies: [crypto], sources: ["KeyPin.swift"], swiftSettings: strict),
        .target(
            name: "Operations", dependencies: ["Credentials", "HTTPRules", nioCore, crypto],
            sources: [
                "Configuration", "Control/UnixSocket.swift", "LifeCycle/ListenFailure.swift",
                "LifeCycle/ServiceUser.swift",
                "Logging/LoggedRequest.swift", "Observations/Overview.swift", "Observations/Price.swift", "Settings",
            ], swiftSettings: strict),
        .target(name: "ProxyProtocol", dependencies: [nioCore], swiftSettings: swift),
        .target(
            name: "PageStore",
            dependencies: [
                "DeltaEngine", nioConcurrency, .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: swift),
        .target(
            name: "SharedStore", dependencies: ["CLZ4", "DeltaEngine", "PageStore"], sources: ["SharedItem.swift"],
            swiftSettings: swift),
        .target(
            name: "Listener", dependencies: ["CZlib", "HTTPRules"], sources: ["GzipDecoder.swift"],
            swiftSettings: swift),
        .target(name: "CFuzzer"),  // libFuzzer's own header
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "DeltaEngine", "Exchange", "HTTPRules", "HTTPWire", "Link", "Listener", "Operations",
                "PageStore", "ProxyProtocol", "SharedStore", nioCore, nioHTTP1,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: swift, linkerSettings: [.linkedLibrary("stdc++")]),
    ],
    swiftLanguageModes: [.v6]
)
