package import MailCore
package import ServerConfiguration

/// Finds the route of a message by the configuration: the first `[[route]]` that fits, or what `[outbound]` says.
package struct Router: Sendable {
    private let configuration: OutboundConfiguration

    /// By a configuration.
    package init(_ configuration: OutboundConfiguration) {
        self.configuration = configuration
    }

    /// The way of a message to a domain.
    package func route(
        to domain: Domain, from reversePath: ReversePath, requireTLS: EnvelopeParameters.RequireTLS = .opportunistic
    ) -> Route {
        let rule = configuration.routes.first { $0.matches(domain, from: reversePath) }
        let relay = rule.map(\.relay) ?? configuration.relay
        let hop = relay.map(NextHop.smarthost) ?? .exchangers(of: domain)
        return Route(hop, tls: rule?.tls ?? configuration.tls, requireTLS: requireTLS)
    }
}
