import DNSClient
import ServerConfiguration

extension DNSClientConfiguration {
    /// What `[dns]` says.
    init(_ dns: DNSConfiguration) {
        self.init(
            servers: dns.servers.isEmpty ? .system : .these(dns.servers),
            trustAnchors: dns.trustAnchorPaths.isEmpty ? .system : .files(dns.trustAnchorPaths),
            lookupSecondsMax: Double(dns.lookupSecondsMax))
    }
}
