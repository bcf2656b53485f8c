import Delivery
import Directory
import DomainSetup
import HTTPService
import Hummingbird
import JMAPServer
import Logging
import Logins
import MailCore
import MailQueue
import MailSearch
import MailStore
import Monitor
import RemoteFetch
import SenderAuthentication
import ServerConfiguration
import ServerRuntime
import ServiceLifecycle
import Storage
import Webmail

/// Listeners for HTTP: one router each, with the webmail, the pages of whoever watches the server, JMAP, logins of
/// browsers, and over TLS the policies of our domains.
extension MailServer {
    func httpServer(_ listener: ConfiguredListener, _ ready: ReadyNotice) -> (any Service)? {
        guard case .endpoint(let endpoint) = listener.place else { return nil }
        let name = listenerName(listener)
        let router = HTTPServer.makeRouter()
        let health = health
        // Who is not on this machine learns nothing of what goes on here.
        MonitorRoutes.add(to: router, metrics: endpoint.address.isLoopback ? registry : nil) { await health.state() }
        if listener.tls == .implicit { addPolicyPages(to: router) }
        addMailPages(to: router, listener, name)
        WebmailRoutes.add(to: router)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let server = HTTPServer(
            router: router, host: endpoint.address.text, port: endpoint.port,
            tls: listener.tls == .implicit ? tls : nil, gate: gate, group: group, logger: quiet
        ) { [logger] _ in
            logger.info("listening", metadata: ["listener": "\(name)", "address": "\(endpoint)"])
            ready.oneMore()
        }
        return HTTPListener(server: server, place: "\(endpoint)")
    }

    /// JMAP and logins.
    private func addMailPages(to router: Router<HTTPServer.Context>, _ listener: ConfiguredListener, _ name: String) {
        let transport: HTTPAuthenticator.Transport =
            listener.tls == .implicit ? .tls : .clear(listener.authWithoutTLS.isAllowed ? .taken : .refused)
        let authenticator = HTTPAuthenticator(
            directory: directory,
            desk: LoginDesk(listener: name, directory: directory, loginGuard: loginGuard, logger: logger),
            listener: name, transport: transport)
        let services = jmap
        LoginRoutes.add(to: router, authenticator)
        JMAPRoutes(
            services: services, dispatcher: JMAPDispatcher(services: services), authenticator: authenticator,
            slots: requestSlots
        ).add(to: router)
    }

    /// What JMAP's methods work with, of all listeners: files that were uploaded by one are there on the others.
    static func jmapServices(
        _ configuration: Configuration, _ store: Store, _ directory: Directory, _ delivery: Delivery,
        _ mailStore: MailStore, _ search: MailSearch, _ signal: QueueSignal, _ fetcher: RemoteFetcher, _ loginGuard: LoginGuard,
        _ logger: Logger
    ) -> JMAPServices {
        var sending = JMAPSending()
        sending.hostname = configuration.hostname.ascii
        sending.limits.messagesPerDayMax = configuration.submission.messagesPerDayMax
        sending.limits.recipientsPerDayMax = configuration.submission.recipientsPerDayMax
        sending.headerFrom = configuration.submission.headerFrom == .own ? .own : .anybody
        sending.holdSecondsMax = Int64(configuration.submission.holdDaysMax) * 86_400
        sending.messageOctetsMax = Int64(configuration.limits.messageSizeBytesMax)
        sending.recipientsMax = configuration.limits.recipientsMax
        return JMAPServices(
            store: store, mailStore: mailStore, directory: directory, search: search, delivery: delivery,
            queue: MailQueue(store: store), signal: signal, logger: logger, now: DirectoryClock.system.wallSeconds,
            sending: sending,
            fetching: JMAPFetching(wake: { fetcher.wake() }, endWatch: { await fetcher.endWatch(of: $0) }),
            loginGuard: loginGuard)
    }

    /// What others read before they send to our domains: over TLS alone (RFC 8461 §3.3).
    private func addPolicyPages(to router: Router<HTTPServer.Context>) {
        let server = DomainPublication.Server(
            hostname: configuration.hostname,
            strictTransport: MTASTSPolicy.Mode(configuration.tls?.strictTransport ?? .testing))
        PolicyRoutes.add(to: router, policy: DomainPublication.policy(server)) { [directory] domain in
            (try? await directory.domains().contains { $0.name == domain.ascii }) ?? false
        }
    }
}
