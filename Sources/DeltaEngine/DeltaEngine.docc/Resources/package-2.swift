// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "pages",
    dependencies: [
        .package(url: "URL-OF-THIS-REPOSITORY", branch: "main")
    ],
    targets: [
        .executableTarget(
            name: "pages",
            dependencies: [
                .product(name: "DeltaEngine", package: "railgun")
            ])
    ]
)
