package import MailCore
package import ServerConfiguration

/// Where a message goes next.
package enum NextHop: Hashable, Sendable {
    /// To the hosts that take the domain's mail (RFC 5321 §5.1).
    case exchangers(of: Domain)
    /// To a server that takes everything.
    case smarthost(RelayConfiguration)
    /// To our own mailboxes.
    case here
}

extension NextHop: CustomStringConvertible {
    /// The domain, or the smarthost in brackets; no credentials.
    package var description: String {
        switch self {
        case .exchangers(let domain): domain.ascii
        case .smarthost(let relay): "[\(relay.host)]:\(relay.port)"
        case .here: "here"
        }
    }
}

/// A next hop and what is asked of its TLS: messages of one route can share a connection.
package struct Route: Hashable, Sendable {
    /// Where to.
    package var hop: NextHop
    /// What is asked of its TLS.
    package var tls: OutboundConfiguration.TLSDemand
    /// Whether its messages carry REQUIRETLS (RFC 8689): the server must announce it, too.
    package var requireTLS: EnvelopeParameters.RequireTLS

    /// A route.
    package init(
        _ hop: NextHop, tls: OutboundConfiguration.TLSDemand = .opportunistic,
        requireTLS: EnvelopeParameters.RequireTLS = .opportunistic
    ) {
        self.hop = hop
        self.tls = tls
        self.requireTLS = requireTLS
    }
}
