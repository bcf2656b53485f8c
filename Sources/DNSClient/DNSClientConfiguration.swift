package import MailCore

/// Whom a client asks, and whose signatures it believes.
package struct DNSClientConfiguration: Hashable, Sendable {
    /// Whom to ask.
    package enum Servers: Hashable, Sendable {
        /// The servers in a file like `/etc/resolv.conf`; addresses of hosts in one like `/etc/hosts` come first.
        /// Without servers in the file, questions go to the root and down.
        case system(resolvConf: String, hosts: String)
        /// These. They are asked for everything, the names of RFC 6761 for tests and private addresses too.
        case these([SocketEndpoint])

        /// The system's own files.
        package static let system = Servers.system(resolvConf: "/etc/resolv.conf", hosts: "/etc/hosts")
    }

    /// Where trust in signatures begins (RFC 4033 §2).
    package enum TrustAnchors: Hashable, Sendable {
        /// DNSKEY or DS records in the form of zone files. What lies below them and comes without signatures is bogus.
        case files([String])
        /// The same, but files that are not there are left out, and what comes without signatures is insecure.
        ///
        /// Many a router's resolver takes signatures away. With `files` that would stop all mail.
        case opportunistic([String])
        /// Everything is insecure.
        case none

        /// The root's key where Debian keeps it (package dns-root-data).
        package static let system = TrustAnchors.opportunistic(["/usr/share/dns/root.key"])
    }

    /// Whom to ask.
    package var servers: Servers
    /// Where trust in signatures begins.
    package var trustAnchors: TrustAnchors
    /// How long one lookup may take, whatever servers do. SPF alone allows 20 seconds for all of its lookups together
    /// (RFC 7208 §4.6.4).
    package var lookupSecondsMax: Double
    /// What is done at most.
    package var limits: DNSLimits

    /// Puts the parts together.
    package init(
        servers: Servers = .system, trustAnchors: TrustAnchors = .system, lookupSecondsMax: Double = 20,
        limits: DNSLimits = DNSLimits()
    ) {
        self.servers = servers
        self.trustAnchors = trustAnchors
        self.lookupSecondsMax = lookupSecondsMax
        self.limits = limits
    }
}
