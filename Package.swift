// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled alike: language mode 6, strict imports, no warning tolerated.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// The house, from the ground up. Imports point down only; scripts/check holds that against the code.
let package = Package(
    name: "paloma",
    targets: [
        // C libraries from Debian
        .systemLibrary(name: "CIDN2"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CZlib"),

        // words
        .target(name: "MailCore", dependencies: ["CIDN2"], swiftSettings: strict),
        .testTarget(name: "MailCoreTests", dependencies: ["MailCore"], swiftSettings: strict),
    ]
)
