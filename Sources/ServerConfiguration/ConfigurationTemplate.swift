package import MailCore

/// The file that `paloma init` writes: complete, each option with plain words and its default.
package struct ConfigurationTemplate: Sendable {
    /// Who may log in without TLS on this machine's own addresses.
    package enum LocalLogin: Hashable, Sendable {
        /// Everybody needs TLS.
        case tlsOnly
        /// Convenient for trying things out.
        case plaintextAllowed
    }

    /// By which the server greets.
    package let hostname: Domain
    /// Added to each standard port: 20000 makes 25 into 20025; 0 makes the real ones.
    package let portBase: Int
    /// Whether passwords are taken without TLS.
    package let localLogin: LocalLogin
    /// Where everything listens; nil: on this machine's own address, 127.0.0.1.
    package var address: IPAddress?
    /// Name servers; empty: the system's.
    package var nameServers: [SocketEndpoint] = []
    /// Files with the keys of signed zones; empty: the root's key, if the system has it.
    package var trustAnchorFiles: [String] = []
    /// From where mail leaves; empty: the system chooses.
    package var sourceAddresses: [IPAddress] = []
    /// The port of other mail servers.
    package var outboundPort = 25

    /// The highest base: 995 + base must be a port.
    package static let portBaseMax = 64_000

    /// Puts the parts together.
    package init(hostname: Domain, portBase: Int, localLogin: LocalLogin) {
        self.hostname = hostname
        self.portBase = portBase
        self.localLogin = localLogin
    }

    /// The listeners that are written, with what stands above each.
    package var listeners: [(title: String, listener: ConfiguredListener)] {
        [
            listener(.smtp, .starttls, "Mail from other servers."),
            listener(.submission, .starttls, "Mail from our users' programs; the client turns TLS on (STARTTLS)."),
            listener(.submission, .implicit, "Mail from our users' programs; TLS from the first octet."),
            listener(.lmtp, .none, "Mail from a server in front of this one, which has checked it already (LMTP)."),
            listener(.imap, .starttls, "Reading mail with IMAP; the client turns TLS on (STARTTLS)."),
            listener(.imap, .implicit, "Reading mail with IMAP; TLS from the first octet."),
            listener(.pop3, .starttls, "Collecting mail with POP3; the client turns TLS on (STLS)."),
            listener(.pop3, .implicit, "Collecting mail with POP3; TLS from the first octet."),
            listener(
                .http, .none,
                "For this machine alone: the webmail, JMAP, health at /health, metrics for Prometheus at /metrics."),
            listener(.http, .implicit, "The webmail and JMAP; TLS from the first octet."),
        ].compactMap { $0 }
    }

    private func listener(
        _ served: ConfiguredListener.ServedProtocol, _ tls: ConfiguredListener.TLSMode, _ title: String
    ) -> (title: String, listener: ConfiguredListener)? {
        guard let address = address ?? IPAddress("127.0.0.1") else { return nil }
        let endpoint = SocketEndpoint(address: address, port: portBase + served.standardPort(tls))
        // The webmail of this machine's own address can be looked at without a certificate that browsers know.
        let isAsked = localLogin == .plaintextAllowed || (served == .http && address.isLoopback)
        let isPlain = isAsked && served.hasLogins && tls != .implicit
        let listener = ConfiguredListener(
            servedProtocol: served, place: .endpoint(endpoint), tls: tls, authWithoutTLS: isPlain ? .loopback : .refused
        )
        return (title, listener)
    }

    /// The whole file.
    package var text: String {
        head + listeners.map { section($0.title, $0.listener) }.joined() + tail
    }

    private func section(_ title: String, _ listener: ConfiguredListener) -> String {
        guard case .endpoint(let endpoint) = listener.place else { return "" }
        var lines = [
            "", "# \(title)", "[[listener]]", "protocol = \"\(listener.servedProtocol.rawValue)\"",
            "address = \"\(endpoint.address)\"", "port = \(endpoint.port)", "tls = \"\(listener.tls.rawValue)\"",
        ]
        if listener.servedProtocol.hasLogins, listener.tls != .implicit {
            lines.append("auth_without_tls = \(listener.authWithoutTLS.isAllowed)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: String {
        let (outbound, queue) = (OutboundConfiguration(), QueueConfiguration())
        return """
            # Paloma's configuration. Paths begin at the folder of this file. What changes every day (accounts, aliases,
            # lists) is not here: use the commands paloma account, paloma alias and paloma list.
            # After a change, "kill -HUP" makes the server check this file, read the certificate anew and log whether the
            # rest takes effect only after a restart. A mistake is logged with its line, and the server goes on as before.

            # The name by which the world finds this server; it greets with it.
            hostname = "\(hostname.ascii)"

            # The folder with all mail, accounts and the queue. "paloma backup" copies it while the server runs.
            data = "data"

            # The certificate that clients and other servers see. "paloma init" made a self-signed one to begin with;
            # put a real one in its place for use beyond this machine.
            [tls]
            certificate = "tls/cert.pem"
            key = "tls/key.pem"
            # The policy for mail from others (MTA-STS), which listeners for http with TLS show at mta-sts.DOMAIN:
            # "testing" (others report trouble), "enforce" (others send with valid TLS only) or "none".
            mta_sts = "testing"

            # Where names are looked up.
            [dns]
            # Name servers to ask, for example ["192.0.2.53", "127.0.0.1:5353"]. Default: the ones of the system.
            servers = [\(nameServers.map { "\"\($0)\"" }.joined(separator: ", "))]
            # Files with the keys (DNSKEY or DS) of zones whose signatures are checked: DNSSEC. Below them, what is not signed
            # is refused. Default: the root's key in /usr/share/dns (package dns-root-data) when it is there; then signatures
            # are checked where the name servers pass them on.
            trust_anchors = [\(trustAnchorFiles.map { "\"\($0)\"" }.joined(separator: ", "))]
            # Seconds that one lookup may take. Default: \(DNSConfiguration().lookupSecondsMax).
            timeout = \(DNSConfiguration().lookupSecondsMax)

            # How mail leaves.
            [outbound]
            # "smtp://user:password@host:587" sends everything through that server.
            # Default: empty, straight to the servers of each recipient's domain.
            relay = ""
            # The port of other mail servers. Default: 25.
            port = \(outboundPort)
            # From which of this machine's addresses mail leaves: at most one IPv4 and one IPv6 address. SPF and the name of
            # the address (PTR) are about them. Default: empty, the system chooses.
            source_addresses = [\(sourceAddresses.map { "\"\($0)\"" }.joined(separator: ", "))]
            # "opportunistic": encrypted where the other server can; "required": not without; "verified": not without a
            # certificate that can be trusted. A domain that publishes DANE or MTA-STS is held to it in any case.
            # Default: "opportunistic".
            tls = "\(outbound.tls.rawValue)"
            # Connections to other servers at one time, and to one destination. Defaults: 100 and 20.
            connections_max = \(outbound.connectionsMax)
            connections_per_destination_max = \(outbound.connectionsPerDestinationMax)

            # A way of its own for some mail; the first that fits decides. "" is straight to the recipient's servers.
            #   [[route]]
            #   recipients = ["example.org", ".example.org"]    # these domains; ".…" is what lies below one
            #   senders = ["ana@example.test"]                  # from these addresses or domains
            #   relay = "smtp://192.0.2.25:25"
            #   tls = "required"                                # default: as in [outbound]

            # How long mail that cannot be delivered yet is tried.
            [queue]
            # From the first failure to the next attempt; each wait after that is twice as long, up to retry_max.
            retry_first = "5 min"
            retry_max = "4 h"
            # After this time the sender is told that it takes longer ("0 s": never), after that it comes back.
            delay_notice = "4 h"
            expiry = "5 d"
            # For how many days "paloma trace" knows what happened to a message.
            trace_days = \(queue.traceDays)

            # Where clients and servers connect. One [[listener]] for each protocol and port:
            #   protocol          "smtp" (other servers), "submission" (our users' programs), "lmtp", "imap", "pop3"
            #                     or "http"
            #   address           "127.0.0.1" this machine alone; "0.0.0.0" everybody, over IPv4; "::" over IPv6
            #   port              default: the standard port of the protocol
            #   path              instead of address and port: a Unix socket, for lmtp alone
            #   tls               "none", "starttls" (the client turns it on) or "implicit" (from the first octet)
            #                     default: "starttls"; "none" for lmtp and http
            #   auth_without_tls  whether passwords are taken in clear, and for http whether one can log in to the webmail and
            #                     JMAP. Default: false. true is for loopback addresses; elsewhere anybody on the way could
            #                     read them, and it is refused ("forced" insists).
            #   disable           for imap: capabilities that are not offered, for a client that stumbles over one:
            #                     disable = ["QRESYNC", "UTF8=ACCEPT"]. Default: none.

            """
    }

    private var tail: String {
        let limits = LimitsConfiguration()
        return """

            # What one client may ask of this server.
            [limits]
            # The largest message. Default: 50 MiB.
            message_size_max = "\(limits.messageSizeBytesMax >> 20) MiB"
            # Recipients of one message. Default: \(limits.recipientsMax).
            recipients_max = \(limits.recipientsMax)
            # Connections at one time, over all listeners. Default: \(limits.connectionsMax).
            connections_max = \(limits.connectionsMax)
            # Connections at one time from one address; this machine's own are not counted.
            # Default: \(limits.connectionsPerAddressMax).
            connections_per_address_max = \(limits.connectionsPerAddressMax)
            # New connections in a minute from one address; this machine's own are not counted.
            # Default: \(limits.connectionsPerAddressPerMinuteMax).
            connections_per_address_per_minute_max = \(limits.connectionsPerAddressPerMinuteMax)
            # IMAP sessions at one time of one account; a mail program has several. Default: \(limits.imapSessionsPerAccountMax).
            imap_sessions_per_account_max = \(limits.imapSessionsPerAccountMax)

            """ + loginSection + submissionSection + logSection
    }

    private var loginSection: String {
        let login = LoginConfiguration()
        return """

            # What becomes of those who guess passwords, over all protocols. Whoever sends the same wrong password again and
            # again (a phone that nobody told of the new one) has made one guess.
            [login]
            # Wrong passwords from one address (or one IPv6 network of 64 bits), after which it is banned.
            # Default: \(login.failuresPerAddressMax).
            failures_per_address_max = \(login.failuresPerAddressMax)
            # Wrong passwords for one account, from everywhere, after which addresses that it was never used from are
            # banned for it. Default: \(login.failuresPerAccountMax).
            failures_per_account_max = \(login.failuresPerAccountMax)
            # How long a failure is remembered. Default: \(login.windowMinutes).
            window_minutes = \(login.windowMinutes)
            # How long a ban lasts. Default: \(login.banMinutes).
            ban_minutes = \(login.banMinutes)
            # A refusal comes after 1, 2, 4 … seconds, at most so many; 0 for at once. Default: \(login.delaySecondsMax).
            delay_seconds_max = \(login.delaySecondsMax)
            # "watched" or "exempt": whether this applies to this machine's own addresses. Default: "watched".
            loopback = "\(login.loopback.rawValue)"

            """
    }

    private var submissionSection: String {
        let submission = SubmissionConfiguration()
        return """

            # What our own users may send. A day begins at 00:00 UTC.
            [submission]
            # Messages of one account in a day. Default: \(submission.messagesPerDayMax).
            messages_per_day_max = \(submission.messagesPerDayMax)
            # Different recipients of one account in a day. Default: \(submission.recipientsPerDayMax).
            recipients_per_day_max = \(submission.recipientsPerDayMax)
            # How many days ahead a message may be sent off ("send later"). Default: \(submission.holdDaysMax).
            hold_days_max = \(submission.holdDaysMax)
            # "own": From or Sender must have an address that the account may use; "any": they may say what they like.
            # Default: "own".
            header_from = "\(submission.headerFrom.rawValue)"

            """
    }

    private var logSection: String {
        """

        # What the server writes to standard error.
        [log]
        # "human" for people, "json" for programs. Default: "human".
        format = "human"
        # "trace", "debug", "info", "notice", "warning" or "error". Default: "info".
        level = "info"

        """
    }
}
