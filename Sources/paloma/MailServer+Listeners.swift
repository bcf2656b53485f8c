import Delivery
import Directory
import IMAP
import IMAPServer
import Logging
import Logins
import MailCore
import MailStore
import POP3
import POP3Server
import SMTP
import SMTPServer
import ServerConfiguration
import ServerRuntime
import ServiceLifecycle
import TerminalOutput

extension MailServer {
    /// The service of one listener, listening already but for HTTP; nil when there is none for it.
    func service(for listener: ConfiguredListener, _ ready: ReadyNotice) async throws -> (any Service)? {
        switch listener.servedProtocol {
        case .smtp: return try await smtpServer(listener, .mta)
        case .submission: return try await smtpServer(listener, .submission)
        case .lmtp: return try await smtpServer(listener, .lmtp)
        case .pop3: return try await pop3Server(listener)
        case .http: return httpServer(listener, ready)
        case .imap: return try await imapServer(listener)
        }
    }

    private func smtpServer(_ listener: ConfiguredListener, _ role: Role) async throws -> any Service {
        let name = listenerName(listener)
        var limits = SMTPLimits()
        limits.messageOctetsMax = configuration.limits.messageSizeBytesMax
        limits.recipientsMax = configuration.limits.recipientsMax
        limits.futureReleaseSecondsMax = Int64(configuration.submission.holdDaysMax) * 86_400
        let context = SMTPServerContext(
            configuration: SMTPServerConfiguration(
                hostname: configuration.hostname.ascii, role: role, tlsMode: smtpTLSMode(listener, role),
                limits: limits, extensions: extensions(role), logins: logins(listener, role),
                decoyIterations: directory.scramDecoyIterations),
            directory: directory, delivery: delivery, store: store, logger: logger,
            metrics: SMTPServerMetrics(listener: name), submission: try await submissionPolicy(role, name),
            now: DirectoryClock.system.wallSeconds)
        let busy = "421 4.7.0 \(configuration.hostname.ascii) Too many connections, try again later\r\n"
        let server = Server(
            configuration: ListenerConfiguration(
                name: name, address: address(listener), tls: mode(listener), busyReply: { _ in busy }),
            group: group, gate: gate, logger: logger
        ) { info in SMTPSession(context, info) }
        try await server.start()
        health.watch(name) { server.isListening }
        return server
    }

    /// What is announced beside the rest: what the queue and the way out keep.
    private func extensions(_ role: Role) -> SMTPExtensions {
        switch role {
        case .mta: SMTPExtensions.standard.union([.requireTLS, .deliverBy])
        case .submission: SMTPExtensions.standard.union([.requireTLS, .deliverBy, .futureRelease])
        case .lmtp: .standard
        }
    }

    /// On a listener for our users nothing is done in clear text, unless it takes passwords so.
    private func smtpTLSMode(_ listener: ConfiguredListener, _ role: Role) -> SMTP.TLSMode {
        switch mode(listener) {
        case .none: .none
        case .startTLS: logins(listener, role) == .requiresTLS ? .startTLSRequired : .startTLS
        case .implicit: .implicit
        }
    }

    private func logins(_ listener: ConfiguredListener, _ role: Role) -> SMTP.LoginPolicy {
        guard role == .submission else { return .none }
        return listener.authWithoutTLS.isAllowed ? .allowsClearText : .requiresTLS
    }

    private func submissionPolicy(_ role: Role, _ listener: String) async throws -> SubmissionPolicy? {
        guard role == .submission else { return nil }
        var limits = SendingLimits()
        limits.messagesPerDayMax = configuration.submission.messagesPerDayMax
        limits.recipientsPerDayMax = configuration.submission.recipientsPerDayMax
        return SubmissionPolicy(
            desk: LoginDesk(listener: listener, directory: directory, loginGuard: loginGuard, logger: logger),
            decoySecret: try await directory.scramDecoySecret(), sendingLimits: limits,
            headerFrom: configuration.submission.headerFrom == .own ? .own : .anybody)
    }

    private func pop3Server(_ listener: ConfiguredListener) async throws -> any Service {
        let name = listenerName(listener)
        var settings = POP3Configuration()
        settings.loginPolicy = listener.authWithoutTLS.isAllowed ? .allowsClearText : .requiresTLS
        settings.decoyIterations = directory.scramDecoyIterations
        let tls: POP3TLS =
            switch mode(listener) {
            case .none: .unavailable
            case .startTLS: .available
            case .implicit: .active
            }
        let context = POP3ServerContext(
            listener: name, configuration: settings, tls: tls, directory: directory,
            mailStore: mailStore, store: store, locks: maildropLocks,
            decoySecret: try await directory.scramDecoySecret(), loginGuard: loginGuard, logger: logger)
        let server = Server(
            configuration: ListenerConfiguration(
                name: name, address: address(listener), tls: mode(listener),
                busyReply: { _ in "-ERR [SYS/TEMP] Too many connections, try again later\r\n" }),
            group: group, gate: gate, logger: logger
        ) { info in POP3Session(context, info) }
        try await server.start()
        health.watch(name) { server.isListening }
        return server
    }

    private func imapServer(_ listener: ConfiguredListener) async throws -> any Service {
        let name = listenerName(listener)
        var settings = IMAPConfiguration()
        // Accounts have a limit of octets, and none of messages.
        settings.quotaResources = [.storage]
        settings.loginPolicy = listener.authWithoutTLS.isAllowed ? .allowsClearText : .requiresTLS
        settings.decoyIterations = directory.scramDecoyIterations
        settings.capabilities = try offered(on: listener)
        settings.jmapAddress = jmapAddress
        var limits = IMAPLimits()
        limits.messageOctetsMax = UInt64(configuration.limits.messageSizeBytesMax)
        let tls: IMAPTLS =
            switch mode(listener) {
            case .none: .unavailable
            case .startTLS: .available
            case .implicit: .active
            }
        let context = IMAPServerContext(
            listener: name, configuration: settings, limits: limits, tls: tls, directory: directory,
            mailStore: mailStore, store: store, search: search, delivery: delivery,
            connections: imapConnections, recentClaims: recentClaims,
            decoySecret: try await directory.scramDecoySecret(), loginGuard: loginGuard,
            logger: logger, now: DirectoryClock.system.wallSeconds)
        var served = ListenerConfiguration(
            name: name, address: address(listener), tls: mode(listener),
            busyReply: { _ in "* BYE [UNAVAILABLE] Too many connections, try again later\r\n" })
        // A client stays for as long as it likes; who says nothing is let go after half an hour.
        served.connection.sessionSecondsMax = Self.imapSessionSecondsMax
        let server = Server(configuration: served, group: group, gate: gate, logger: logger) { info in
            IMAPSession(context, info)
        }
        try await server.start()
        health.watch(name) { server.isListening }
        return server
    }

    /// Where JMAP clients begin (RFC 8620 §2.2), if they can do so over TLS.
    private var jmapAddress: String? {
        for listener in configuration.listeners where listener.servedProtocol == .http && listener.tls == .implicit {
            guard case .endpoint(let endpoint) = listener.place else { continue }
            let port = endpoint.port == 443 ? "" : ":\(endpoint.port)"
            return "https://\(configuration.hostname.ascii)\(port)/.well-known/jmap"
        }
        return nil
    }

    /// A month: a connection that hangs at all ends some day.
    private static let imapSessionSecondsMax: Int64 = 30 * 86_400

    /// What an IMAP listener offers: all that works, without what its configuration switches off.
    private func offered(on listener: ConfiguredListener) throws -> IMAPCapabilitySet {
        var offered = IMAPServerContext.capabilities
        for name in listener.disabled {
            guard let capability = IMAPCapability(name: Array(name.utf8)) else {
                let line = listener.line.map { "line \($0): " } ?? ""
                throw Complaint(
                    "\(line)\"\(name)\" in disable is no capability of this server's IMAP",
                    advice: "write the names as the server announces them, without what follows a limit's =")
            }
            offered.remove(capability)
        }
        return offered
    }

    /// For logs and metrics: `smtp`, `pop3s`.
    func listenerName(_ listener: ConfiguredListener) -> String {
        listener.servedProtocol.rawValue + (listener.tls == .implicit ? "s" : "")
    }

    /// As the runtime wants it.
    private func address(_ listener: ConfiguredListener) -> ListenerAddress {
        switch listener.place {
        case .endpoint(let endpoint): .tcp(host: endpoint.address.text, port: endpoint.port)
        case .path(let path): .unix(path: path)
        }
    }

    /// As the runtime wants it.
    private func mode(_ listener: ConfiguredListener) -> ServerRuntime.TLSMode {
        guard let tls else { return .none }
        switch listener.tls {
        case .none: return .none
        case .starttls: return .startTLS(tls)
        case .implicit: return .implicit(tls)
        }
    }
}
