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

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

// The house, from the ground up. Imports point down only; scripts/check holds that against the code.
let package = Package(
    name: "paloma",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // what scripts/webmail bundles
        .target(name: "CWebmail", swiftSettings: strict),

        // C libraries from Debian
        .systemLibrary(name: "CDeflate"),
        .systemLibrary(name: "CIDN"),
        .systemLibrary(name: "CIDN2"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CUnbound"),
        .systemLibrary(name: "CZlib"),

        // words
        .target(name: "MailCore", dependencies: ["CIDN2"], swiftSettings: strict),
        .testTarget(name: "MailCoreTests", dependencies: ["MailCore"], swiftSettings: strict),

        // formats
        .target(name: "InternetMessage", dependencies: ["MailCore"], swiftSettings: strict),
        .testTarget(
            name: "InternetMessageTests", dependencies: ["InternetMessage"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .target(name: "SASL", dependencies: ["CIDN", "CSodium"], swiftSettings: strict),
        .testTarget(name: "SASLTests", dependencies: ["SASL"], swiftSettings: strict),
        .target(name: "DNSClient", dependencies: ["CUnbound", "MailCore"], swiftSettings: strict),
        .target(
            name: "DNSTestSupport", dependencies: ["MailCore"], path: "Tests/DNSTestSupport", swiftSettings: strict),
        .testTarget(
            name: "DNSClientTests", dependencies: ["DNSClient", "DNSTestSupport", "MailCore"], swiftSettings: strict),
        .target(
            name: "Certificates",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .testTarget(
            name: "CertificatesTests",
            dependencies: [
                "Certificates", .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"), nioSSL,
            ], swiftSettings: strict),

        .target(
            name: "SenderAuthentication",
            dependencies: [
                "MailCore", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ], swiftSettings: strict),
        .testTarget(
            name: "SenderAuthenticationTests", dependencies: ["MailCore", "SenderAuthentication"],
            resources: [.copy("Fixtures")], swiftSettings: strict),

        .target(
            name: "JSON", dependencies: [.product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),

        .target(name: "DotStuffing", dependencies: [nio], swiftSettings: strict),
        .testTarget(name: "DotStuffingTests", dependencies: ["DotStuffing", nio], swiftSettings: strict),

        // protocol
        .target(name: "SMTP", dependencies: ["DotStuffing", "MailCore", "SASL", nio], swiftSettings: strict),
        .testTarget(
            name: "SMTPTests", dependencies: ["MailCore", "SASL", "SMTP", nio], exclude: ["Transcripts", "Fixtures"],
            swiftSettings: strict),
        .target(name: "POP3", dependencies: ["DotStuffing", "MailCore", "SASL", nio], swiftSettings: strict),
        .testTarget(
            name: "POP3Tests", dependencies: ["DotStuffing", "MailCore", "POP3", "SASL", nio],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .target(name: "IMAP", dependencies: ["MailCore", "SASL", nio], swiftSettings: strict),
        .testTarget(
            name: "IMAPTests", dependencies: ["IMAP", "MailCore", "SASL", nio], resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .target(name: "JMAP", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(name: "JMAPTests", dependencies: ["JMAP", "JSON"], swiftSettings: strict),

        // state
        .target(
            name: "Storage",
            dependencies: [
                "CDeflate", "CSQLite", "MailCore", nio, .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                nioPosix,
            ], swiftSettings: strict),
        .testTarget(name: "StorageTests", dependencies: ["Storage"], swiftSettings: strict),
        .target(
            name: "Directory",
            dependencies: [
                "CSodium", "MailCore", "SASL", "SenderAuthentication", "Storage", nioPosix,
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DirectoryTests", dependencies: ["Directory", "SenderAuthentication"], swiftSettings: strict),
        .target(
            name: "MailStore", dependencies: ["Directory", "InternetMessage", "MailCore", "Storage"],
            swiftSettings: strict),
        .target(
            name: "MailSearch", dependencies: ["InternetMessage", "MailCore", "MailStore", "Storage", nio],
            swiftSettings: strict),
        .target(name: "MailQueue", dependencies: ["MailCore", "Storage"], swiftSettings: strict),
        .target(name: "MailTrace", dependencies: ["MailCore", "Storage"], swiftSettings: strict),
        .target(name: "MailSettings", dependencies: ["MailCore", "Storage"], swiftSettings: strict),
        .testTarget(
            name: "MailSettingsTests",
            dependencies: ["AgentTestSupport", "Delivery", "Directory", "MailCore", "MailSettings", "Storage"],
            swiftSettings: strict),
        .target(
            name: "RemoteAccounts", dependencies: ["CSodium", "MailCore", "SASL", "Storage"], swiftSettings: strict),

        .target(name: "MailboxFormats", dependencies: ["MailCore"], swiftSettings: strict),
        .testTarget(
            name: "MailboxFormatsTests", dependencies: ["MailboxFormats", "MailCore"], swiftSettings: strict),
        .target(
            name: "ServerConfiguration", dependencies: ["MailCore", .product(name: "TOMLKit", package: "TOMLKit")],
            swiftSettings: strict),
        .testTarget(
            name: "ServerConfigurationTests", dependencies: ["ServerConfiguration", "MailCore"], swiftSettings: strict),
        .target(name: "TerminalOutput", swiftSettings: strict),
        .testTarget(name: "TerminalOutputTests", dependencies: ["TerminalOutput"], swiftSettings: strict),

        // runtime
        .target(name: "Observability", dependencies: [metrics, logging], swiftSettings: strict),
        .testTarget(
            name: "ObservabilityTests", dependencies: ["Observability", metrics, logging], swiftSettings: strict),
        .target(
            name: "ServerRuntime",
            dependencies: [
                "CZlib", nio, nioPosix, .product(name: "NIOTLS", package: "swift-nio"), nioSSL, metrics, logging,
                serviceLifecycle, .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .testTarget(
            name: "ServerRuntimeTests",
            dependencies: [
                "Certificates", "ServerRuntime", nio, nioPosix, .product(name: "NIOEmbedded", package: "swift-nio"),
                nioSSL,
                logging, serviceLifecycle,
            ], swiftSettings: strict),

        // agents
        .target(
            name: "Delivery",
            dependencies: [
                "Directory", "InternetMessage", "MailCore", "MailQueue", "MailSettings", "MailStore", "MailTrace",
                "RemoteAccounts", "Storage", nio,
            ], swiftSettings: strict),
        .target(
            name: "RemoteLinks",
            dependencies: [
                "IMAP", "JSON", "POP3", "SASL", "SMTP", "ServerRuntime", nio, nioPosix, nioSSL,
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .testTarget(name: "RemoteLinksTests", dependencies: ["RemoteLinks", "SASL"], swiftSettings: strict),
        .target(
            name: "RemoteFetch",
            dependencies: [
                "Delivery", "Directory", "IMAP", "MailCore", "MailStore", "POP3", "RemoteAccounts", "RemoteLinks",
                "SASL", "ServerRuntime", "Storage", nio, nioPosix, logging, metrics, serviceLifecycle,
            ], swiftSettings: strict),
        .testTarget(
            name: "RemoteFetchTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "MailCore", "MailStore", "RemoteAccounts", "RemoteFetch",
                "RemoteLinks", "SASL", "ServerRuntime", "Storage", nio, nioPosix, nioSSL, logging,
            ], swiftSettings: strict),
        .target(
            name: "MailClient",
            dependencies: [
                "IMAP", "InternetMessage", "MailCore", "RemoteLinks", "SASL", "SMTP", "ServerConfiguration",
                "ServerRuntime", nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "MailClientTests",
            dependencies: ["IMAP", "InternetMessage", "MailClient", "MailCore", "RemoteLinks"],
            swiftSettings: strict),
        .target(
            name: "TerminalScreen", dependencies: ["TerminalOutput", nioPosix], swiftSettings: strict),
        .testTarget(
            name: "TerminalScreenTests", dependencies: ["TerminalOutput", "TerminalScreen"], swiftSettings: strict),
        .target(
            name: "MailScreen",
            dependencies: [
                "IMAP", "InternetMessage", "MailClient", "MailCore", "RemoteLinks", "SASL", "ServerRuntime",
                "TerminalOutput", "TerminalScreen", nioPosix,
            ], swiftSettings: strict),
        .testTarget(
            name: "MailScreenTests",
            dependencies: [
                "IMAP", "InternetMessage", "MailClient", "MailCore", "MailScreen", "RemoteLinks", "TerminalScreen",
            ],
            swiftSettings: strict),
        .target(
            name: "Logins",
            dependencies: ["Directory", "MailCore", "SASL", "ServerRuntime", logging, metrics], swiftSettings: strict),
        .target(
            name: "SMTPServer",
            dependencies: [
                "Delivery", "Directory", "InternetMessage", "Logins", "MailCore", "SASL", "SMTP", "ServerRuntime",
                "Storage", nio, logging,
                metrics,
            ], swiftSettings: strict),
        .target(
            name: "RemoteDelivery",
            dependencies: [
                "DNSClient", "Delivery", "Directory", "InternetMessage", "MailCore", "MailQueue", "MailTrace", "SASL",
                "SMTP", "SenderAuthentication", "ServerConfiguration", "ServerRuntime", "Storage", nio, nioPosix,
                nioSSL,
                logging, metrics, serviceLifecycle, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .testTarget(
            name: "RemoteDeliveryTests",
            dependencies: [
                "AgentTestSupport", "Certificates", "DNSClient", "DNSTestSupport", "Delivery", "Directory",
                "InternetMessage", "MailCore", "MailQueue", "MailTrace", "RemoteDelivery", "SASL", "SMTP",
                "SenderAuthentication", "ServerConfiguration", "ServerRuntime", "Storage", nio, nioPosix, nioSSL,
                logging,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .target(
            name: "POP3Server",
            dependencies: [
                "Directory", "Logins", "MailCore", "MailStore", "POP3", "SASL", "ServerRuntime", "Storage", nio,
                logging,
                metrics,
            ], swiftSettings: strict),
        .target(
            name: "IMAPServer",
            dependencies: [
                "Delivery", "Directory", "IMAP", "InternetMessage", "Logins", "MailCore", "MailSearch", "MailStore",
                "SASL",
                "ServerRuntime",
                "Storage", nio, logging, metrics,
            ], swiftSettings: strict),
        .target(
            name: "HTTPService",
            dependencies: [
                "ServerRuntime", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"), nio, nioSSL, logging, serviceLifecycle,
            ], swiftSettings: strict),
        .target(
            name: "Monitor",
            dependencies: [
                "HTTPService", "Observability", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nio,
            ], swiftSettings: strict),
        .target(
            name: "Webmail",
            dependencies: [
                "CWebmail", "HTTPService", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "WebmailTests",
            dependencies: [
                "HTTPService", "Webmail", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nio, nioPosix, logging,
            ], swiftSettings: strict),
        .target(
            name: "JMAPServer",
            dependencies: [
                "CDeflate", "Delivery", "Directory", "HTTPService", "InternetMessage", "JMAP", "JSON", "Logins",
                "MailCore", "MailQueue", "MailSearch", "MailSettings", "MailStore", "MailTrace", "RemoteAccounts",
                "SASL", "SMTP", "ServerRuntime", "Storage", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"), nio, logging, serviceLifecycle,
            ], swiftSettings: strict),
        .testTarget(
            name: "JMAPServerTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "HTTPService", "InternetMessage", "JMAP", "JMAPServer",
                "JSON", "Logins", "MailCore", "MailQueue", "MailSearch", "MailSettings", "MailStore", "RemoteAccounts",
                "SASL", "ServerRuntime", "Storage", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nio, nioPosix, logging, serviceLifecycle,
            ], swiftSettings: strict),
        .testTarget(
            name: "MonitorTests",
            dependencies: [
                "HTTPService", "Monitor", "Observability", .product(name: "Hummingbird", package: "hummingbird"), nio,
                nioPosix,
                metrics,
                logging,
            ], swiftSettings: strict),
        .target(
            name: "Lab",
            dependencies: [
                "MailCore", "SASL", nio, nioPosix, nioSSL, .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ], swiftSettings: strict),
        .testTarget(
            name: "LabTests", dependencies: ["Lab", "MailCore", nio, nioPosix], swiftSettings: strict),
        .target(
            name: "Admin",
            dependencies: [
                "Delivery", "Directory", "InternetMessage", "MailCore", "MailQueue", "MailStore", "MailTrace",
                "MailboxFormats", "RemoteAccounts", "RemoteFetch", "RemoteLinks", "SASL", "Storage", nio, nioPosix,
                logging, serviceLifecycle,
            ], swiftSettings: strict),
        .testTarget(
            name: "AdminTests", dependencies: ["Admin", "Delivery", "Directory", "MailCore", "Storage"],
            swiftSettings: strict),

        .target(
            name: "DomainSetup",
            dependencies: [
                "DNSClient", "Directory", "HTTPService", "MailCore", "SenderAuthentication",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "DomainSetupTests",
            dependencies: [
                "DNSClient", "DNSTestSupport", "Directory", "DomainSetup", "MailCore", "SenderAuthentication",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: strict),

        // tests of the agents, with what they share
        .target(
            name: "AgentTestSupport",
            dependencies: [
                "Certificates", "Delivery", "Directory", "MailCore", "MailQueue", "MailStore", "ServerRuntime",
                "Storage",
                nio, nioPosix, nioSSL,
            ], path: "Tests/AgentTestSupport", swiftSettings: strict),
        .testTarget(
            name: "MailStoreTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "InternetMessage", "MailCore", "MailQueue", "MailStore",
                "Storage", nio,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MailSearchTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "InternetMessage", "MailCore", "MailSearch", "MailStore", "Storage",
                nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "MailQueueTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "MailCore", "MailQueue", "Storage", nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "MailTraceTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "MailCore", "MailQueue", "MailTrace", "Storage", nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "InternetMessage", "MailCore", "MailQueue", "MailStore",
                "Storage", nio,
            ], swiftSettings: strict),
        .testTarget(
            name: "SMTPServerTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "Logins", "MailCore", "MailQueue", "MailStore", "SASL",
                "SMTP",
                "SMTPServer", "ServerRuntime", "Storage", nio, nioPosix, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "POP3ServerTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "MailCore", "MailStore", "POP3", "POP3Server", "SASL",
                "ServerRuntime", "Storage",
                nio, nioPosix, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "IMAPServerTests",
            dependencies: [
                "AgentTestSupport", "Delivery", "Directory", "IMAP", "IMAPServer", "InternetMessage", "MailCore",
                "MailSearch", "MailStore", "SASL", "ServerRuntime", "Storage", nio, nioPosix, logging,
            ], swiftSettings: strict),

        // everything
        .executableTarget(
            name: "paloma",
            dependencies: [
                "Admin", "Certificates", "DNSClient", "Delivery", "Directory", "DomainSetup", "HTTPService",
                "InternetMessage",
                "Lab", "IMAP", "IMAPServer", "JMAP", "JMAPServer", "Logins", "MailClient", "MailCore", "MailQueue",
                "MailScreen", "MailSearch", "MailStore", "MailTrace",
                "Monitor",
                "Observability", "POP3", "POP3Server", "RemoteAccounts", "RemoteDelivery", "RemoteFetch", "RemoteLinks",
                "SASL", "SMTP",
                "SMTPServer", "SenderAuthentication", "ServerConfiguration", "ServerRuntime",
                "Storage",
                "TerminalOutput", "TerminalScreen", "Webmail", nio, nioPosix, logging, metrics, serviceLifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict,
            // Nobody loads the program as a library. Without the 40,000 names for such a loader it is a seventh smaller.
            linkerSettings: [
                .unsafeFlags(
                    ["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux], configuration: .release))
            ]),
        .executableTarget(
            name: "parse-bench", dependencies: ["InternetMessage"], path: "Benchmarks/parse/Sources",
            swiftSettings: strict),
        .executableTarget(
            name: "store-bench",
            dependencies: ["Delivery", "Directory", "MailCore", "MailSearch", "MailStore", "Storage", nio],
            path: "Benchmarks/store/Sources", swiftSettings: strict),
        .executableTarget(
            name: "connection-bench", dependencies: ["ServerRuntime", nio, nioPosix, logging],
            path: "Benchmarks/connections/Sources", swiftSettings: strict),
    ]
)
