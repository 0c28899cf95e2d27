// swift-tools-version: 6.2
import PackageDescription

// Build with `--sanitize fuzzer --sanitize address`: Fuzz/run does. A package of its own, with the link's sources as they are:
// without TLS, it builds in a fraction of the time, and what is not public can be reached.
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let strict: [SwiftSetting] = [.strictMemorySafety(), .enableUpcomingFeature("InternalImportsByDefault")]

let package = Package(
    name: "railgun-fuzz-link",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    ],
    targets: [
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4"),
        .target(
            name: "Exchange",
            dependencies: [nioCore, nioHTTP1, .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        .target(
            name: "Link",
            dependencies: [
                "CLZ4", "Exchange", nioCore, nioHTTP1, .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            exclude: [
                "CertificateExpiry.swift", "LinkCredentials+Settings.swift",
                "LinkDialOut.swift", "LinkDialer.swift", "LinkError+Connecting.swift", "LinkServer.swift",
                "LinkSocket.swift", "LinkTLS.swift", "PEMFiles.swift", "PeerGate.swift", "PeerRules.swift",
                "RefusedPeers.swift", "Strangers.swift",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "fuzz-link",
            dependencies: [
                "Exchange", "Link", nioCore, nioHTTP1, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
