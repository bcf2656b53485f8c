internal import MailCore

/// Looks names up in the DNS, with DNSSEC (libunbound: a validating resolver with a cache).
///
/// Aliases are followed. A name in question is looked up once, however many tasks ask at that time. Each lookup ends within
/// `DNSClientConfiguration.lookupSecondsMax`, and at once when its task is cancelled. Changes of the configuration, of
/// `/etc/resolv.conf` or of the cache need a new client; the threads of the old one end with it.
package final class DNSClient: Sendable {
    private let resolver: Resolver
    /// Addresses that need no question.
    let hosts: HostsFile

    /// Reads the files that the configuration names and starts the client's threads.
    package init(configuration: DNSClientConfiguration = DNSClientConfiguration()) throws(DNSSetupError) {
        resolver = try Resolver(configuration)
        hosts =
            switch configuration.servers {
            case .system(_, let hosts): HostsFile(path: hosts)
            case .these: HostsFile()
            }
    }

    deinit {
        resolver.stop()
    }

    /// The data of all records, as in RFC 1035 §3.3, names in it not compressed.
    package func lookup(
        _ name: DNSName, _ type: DNSRecordType
    ) async throws(DNSError) -> DNSAnswer<[[UInt8]]> {
        try await outcome(name, type).get()
    }

    /// The same as a value.
    func outcome(_ name: DNSName, _ type: DNSRecordType) async -> Result<DNSAnswer<[[UInt8]]>, DNSError> {
        await resolver.resolve(DNSQuestion(name: name, type: type))
    }
}
