package import MailCore

/// `[outbound]` and `[[route]]`: how mail leaves.
package struct OutboundConfiguration: Hashable, Sendable {
    /// Everything without a route of its own goes there; nil: to the hosts that the domain of each recipient names (MX).
    package var relay: RelayConfiguration?
    /// The port of other mail servers.
    package var port = 25
    /// From which of this machine's addresses, one of each family at most; where there is none, the system chooses.
    package var sourceAddresses: [IPAddress] = []
    /// Without TLS no mail leaves, but for what a route allows.
    package var tls = TLSDemand.opportunistic
    /// Whether DANE and MTA-STS are looked up.
    package var policies = PolicyLookup.followed
    /// The first that fits decides.
    package var routes: [RouteConfiguration] = []
    /// Connections to other servers at one time.
    package var connectionsMax = 100
    /// Connections to one destination at one time.
    package var connectionsPerDestinationMax = 20

    /// What is asked of a server's TLS where no policy of its domain says more.
    package enum TLSDemand: String, CaseIterable, Hashable, Sendable {
        /// TLS where it is offered, whatever the certificate (RFC 7435).
        case opportunistic
        /// No mail without TLS, whatever the certificate.
        case required
        /// No mail without TLS and a certificate that can be trusted.
        case verified
    }

    /// Whether a domain's TLS policy is looked up.
    package enum PolicyLookup: Hashable, Sendable {
        /// DANE (RFC 7672) and MTA-STS (RFC 8461) are followed where they are published.
        case followed
        /// For experiments.
        case ignored
    }

    /// The defaults.
    package init() {}
}

/// `[[route]]`: a way of its own for some mail.
package struct RouteConfiguration: Hashable, Sendable {
    /// Domains of recipients; empty for any.
    package let recipients: [DomainPattern]
    /// Senders; empty for any.
    package let senders: [SenderPattern]
    /// The smarthost; nil: straight to the recipient's servers.
    package let relay: RelayConfiguration?
    /// nil: as `[outbound]` says.
    package let tls: OutboundConfiguration.TLSDemand?

    /// `example.org`, or `.example.org` for what lies below it.
    package enum DomainPattern: Hashable, Sendable {
        /// This domain.
        case domain(Domain)
        /// Any domain below this one.
        case below(Domain)

        /// Whether a domain fits.
        package func matches(_ domain: Domain) -> Bool {
            switch self {
            case .domain(let own): own == domain
            case .below(let parent): domain.ascii.hasSuffix("." + parent.ascii)
            }
        }
    }

    /// An address, or a domain as above.
    package enum SenderPattern: Hashable, Sendable {
        /// This address.
        case address(EmailAddress)
        /// Addresses at such a domain.
        case domain(DomainPattern)

        /// Whether a reverse-path fits; the null one never does.
        package func matches(_ path: ReversePath) -> Bool {
            guard let address = path.address else { return false }
            return switch self {
            case .address(let own): own.lookupKey == address.lookupKey
            case .domain(let pattern): pattern.matches(address.domain)
            }
        }
    }

    /// Whether mail for a domain from a sender goes this way.
    package func matches(_ domain: Domain, from path: ReversePath) -> Bool {
        (recipients.isEmpty || recipients.contains { $0.matches(domain) })
            && (senders.isEmpty || senders.contains { $0.matches(path) })
    }
}

/// `[queue]`: how long mail for others is tried.
package struct QueueConfiguration: Hashable, Sendable {
    /// From the first failure to the next attempt; each wait after that is twice as long.
    package var retryFirstSeconds: Int64 = 300
    /// The longest wait.
    package var retryMaxSeconds: Int64 = 4 * 3600
    /// The age at which the sender is told that it takes longer; 0: never.
    package var delayNoticeSeconds: Int64 = 4 * 3600
    /// The age at which it comes back.
    package var expirySeconds: Int64 = 5 * 86_400
    /// How long it is kept what happened to a message.
    package var traceDays = 30

    /// The defaults.
    package init() {}
}

/// A smarthost.
package struct RelayConfiguration: Hashable, Sendable {
    /// When TLS begins towards it.
    package enum TLSMode: Hashable, Sendable {
        /// `smtp://`: after STARTTLS when it is offered; always when there is a password.
        case starttls
        /// `smtps://`.
        case implicit
    }

    /// What it wants to know who we are.
    package struct Credentials: Hashable, Sendable {
        /// The name.
        package let user: String
        /// Never shown.
        package let password: String
    }

    /// A name or an IP address.
    package let host: String
    /// From 1 to 65535.
    package let port: Int
    /// When TLS begins.
    package let tls: TLSMode
    /// nil: none are asked for.
    package let credentials: Credentials?
}

extension RelayConfiguration.Credentials: CustomStringConvertible, CustomDebugStringConvertible {
    /// The user without the password.
    package var description: String { "\(user):(hidden)" }
    /// The same.
    package var debugDescription: String { description }
}

extension RelayConfiguration.Credentials: CustomReflectable {
    /// Nothing for `dump` to find.
    package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
