import Directory
import MailCore
import MailQueue
import MailTrace
import RemoteDelivery
import ServerConfiguration

extension MailServer {
    /// The service that sends what is in the queue.
    func outboundService() -> OutboundService {
        let now = DirectoryClock.system.wallSeconds
        let policies = MTASTSPolicies(dns: dns, store: store, group: group, now: now, logger: logger)
        let dialer = NetworkDialer(
            NetworkDialer.Parts(
                dns: dns, hostname: configuration.hostname, own: ownAddresses, configuration: configuration.outbound,
                store: store, directory: directory, delivery: delivery, mtaSTS: policies, group: group, now: now,
                logger: logger))
        let schedule = RetrySchedule(configuration.queue)
        let reporter = Reporter(
            store: store, directory: directory, delivery: delivery, hostname: configuration.hostname, logger: logger)
        let settler = Settler(
            store: store, reporter: reporter, schedule: schedule, metrics: OutboundMetrics(), logger: logger)
        var settings = Outbound.Settings()
        settings.schedule = schedule
        settings.connectionsMax = configuration.outbound.connectionsMax
        settings.connectionsPerRouteMax = configuration.outbound.connectionsPerDestinationMax
        let outbound = Outbound(
            queue: MailQueue(store: store), router: Router(configuration.outbound), dialer: dialer, settler: settler,
            settings: settings, signal: signal, logger: logger, now: now)
        return OutboundService(
            outbound, policies: policies, trace: MailTrace(store: store), traceDays: configuration.queue.traceDays,
            now: now,
            logger: logger)
    }

    /// Where mail from other servers is taken.
    private var ownAddresses: OwnAddresses {
        OwnAddresses(
            listeners: configuration.listeners.compactMap { listener in
                guard case .endpoint(let endpoint) = listener.place else { return nil }
                return [.smtp, .submission].contains(listener.servedProtocol) ? endpoint : nil
            })
    }
}

extension RetrySchedule {
    /// What `[queue]` says.
    init(_ queue: QueueConfiguration) {
        self.init()
        firstSeconds = queue.retryFirstSeconds
        greatestSeconds = queue.retryMaxSeconds
        delayNoticeSeconds = queue.delayNoticeSeconds
        expirySeconds = queue.expirySeconds
    }
}
