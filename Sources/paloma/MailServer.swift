import Admin
import CoreMetrics
import DNSClient
import Delivery
import Directory
import IMAPServer
import JMAP
import JMAPServer
import Logging
import MailQueue
import MailSearch
import MailStore
import NIOCore
import NIOPosix
import Observability
import POP3Server
import RemoteFetch
import ServerConfiguration
import ServerRuntime
import ServiceLifecycle
import Storage
import TerminalOutput
import UnixSignals

/// Everything that runs in a server, put together from its configuration.
struct MailServer {
    let configuration: Configuration
    let store: Store
    let directory: Directory
    let logger: Logger
    let tls: TLSContextSource?
    let gate: ConnectionGate
    let loginGuard: LoginGuard
    let group: any EventLoopGroup
    let signal = QueueSignal()
    let delivery: Delivery
    let dns: DNSClient
    let admin: AdminServer
    let fetcher: RemoteFetcher
    let registry: PrometheusRegistry
    let health: ServerHealth
    let maildropLocks = MaildropLocks()
    let imapConnections: AccountConnections
    let recentClaims = RecentClaims()
    let requestSlots = RequestSlots(perAccountMax: JMAPLimits().requestsMax)
    /// One for all listeners, which remember mailboxes together.
    let mailStore: MailStore
    let search: MailSearch
    let jmap: JMAPServices

    /// Checks what can be checked before anything listens.
    init(configuration: Configuration, store: Store) throws {
        self.configuration = configuration
        self.store = store
        logger = MailServer.logger(configuration.log)
        registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        health = ServerHealth(store: store)
        directory = MailSystemStore.directory(in: store, now: DirectoryClock.system.wallSeconds)
        do {
            tls = try configuration.tls.map {
                try TLSContextSource(certificatePath: $0.certificatePath, keyPath: $0.keyPath)
            }
        } catch {
            throw Complaint(
                "\(error)", advice: "put a PEM certificate and its key there, or see [tls] in the configuration")
        }
        var limits = GateLimits()
        limits.connectionsMax = configuration.limits.connectionsMax
        limits.connectionsPerHostMax = configuration.limits.connectionsPerAddressMax
        limits.newPerHostPerMinuteMax = configuration.limits.connectionsPerAddressPerMinuteMax
        gate = ConnectionGate(limits: limits)
        loginGuard = MailServer.loginGuard(configuration.login)
        imapConnections = AccountConnections(perAccountMax: configuration.limits.imapSessionsPerAccountMax)
        group = MultiThreadedEventLoopGroup.singleton
        delivery = Delivery(store: store, signal: signal)
        mailStore = MailStore(store: store)
        search = MailSearch(store: store, mailStore: mailStore)
        do {
            dns = try DNSClient(configuration: DNSClientConfiguration(configuration.dns))
        } catch {
            throw Complaint("\(error)", advice: "see [dns] in the configuration")
        }
        fetcher = RemoteFetcher(
            store: store, directory: directory, delivery: delivery, group: group,
            now: DirectoryClock.system.wallSeconds, logger: logger)
        jmap = MailServer.jmapServices(
            configuration, store, directory, delivery, mailStore, search, signal, fetcher, loginGuard, logger)
        let service = AdminService(store: store, directory: directory, signal: signal, fetcher: fetcher)
        admin = AdminServer(socketPath: configuration.controlSocketPath, service: service)
    }

    /// Serves until a signal stops it.
    func run() async throws {
        _ = FileDescriptorLimit.raise()
        let stopSignals = await StopSignals()
        // One for each HTTP listener, which binds when its service runs, and one for all others.
        let deferred = configuration.listeners.count { $0.servedProtocol == .http }
        let ready = ReadyNotice(missing: deferred + 1) { [logger, configuration] in
            logger.notice(
                "ready",
                metadata: ["version": "\(Paloma.version)", "hostname": "\(configuration.hostname)"])
            StartPages.giveBack()
        }
        var services: [any Service] = [
            admin, ReloadService(server: self), CompactionService(store: store, logger: logger, seconds: 600),
            outboundService(), FetchService(fetcher), SearchIndexService(search: search, logger: logger),
        ]
        for listener in configuration.listeners {
            if let service = try await service(for: listener, ready) { services.append(service) }
        }
        try admin.start()
        ready.oneMore()
        var lifecycle = ServiceGroupConfiguration(services: services, logger: logger)
        lifecycle.services.append(
            ServiceGroupConfiguration.ServiceConfiguration(
                service: stopSignals, successTerminationBehavior: .gracefullyShutdownGroup))
        let group = ServiceGroup(configuration: lifecycle)
        try await group.run()
        logger.notice("stopped")
    }

    private static func loginGuard(_ configuration: LoginConfiguration) -> LoginGuard {
        var limits = LoginGuardLimits()
        limits.failuresPerHostMax = configuration.failuresPerAddressMax
        limits.failuresPerAccountMax = configuration.failuresPerAccountMax
        limits.windowSeconds = Int64(configuration.windowMinutes) * 60
        limits.banSeconds = Int64(configuration.banMinutes) * 60
        limits.delaySecondsMax = Int64(configuration.delaySecondsMax)
        limits.loopback = configuration.loopback == .exempt ? .exempt : .watched
        return LoginGuard(limits: limits, monotonicSeconds: DirectoryClock.system.monotonicSeconds)
    }

    private static func logger(_ configuration: LogConfiguration) -> Logger {
        let sink = FileLogSink()
        let format: LogFormat = configuration.format == .json ? .json : .human
        let level = Logger.Level(rawValue: configuration.level.rawValue) ?? .info
        return Logger(label: "paloma") { label in
            StructuredLogHandler(label: label, format: format, level: level, sink: sink)
        }
    }
}
