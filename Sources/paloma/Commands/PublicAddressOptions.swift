import Admin
import ArgumentParser
import Directory
import DomainSetup
import MailCore
import SenderAuthentication
import ServerConfiguration
import TerminalOutput

/// The server as the DNS is to know it.
struct PublicAddressOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A public address of this server; may be given more than once.", valueName: "ip"))
    var address: [String] = []

    /// What a domain of this server should publish.
    func publication(
        of domain: DomainSummary, _ configuration: Configuration
    ) async throws -> DomainPublication {
        guard let name = Domain(domain.name) else { throw Complaint("“\(domain.name)” is no domain") }
        let result = try await StoreAccess.perform(.domainKeys(name: domain.name, step: .none), configuration)
        guard case .signingKeys(let keys) = result else { throw Complaint("the server has no keys for \(name)") }
        return DomainPublication(domain: name, server: try server(configuration), keys: keys)
    }

    private func server(_ configuration: Configuration) throws -> DomainPublication.Server {
        DomainPublication.Server(
            hostname: configuration.hostname,
            addresses: try address.isEmpty ? Self.listening(configuration) : named(),
            services: Self.services(configuration),
            departure: configuration.outbound.relay == nil ? .direct : .relay,
            strictTransport: MTASTSPolicy.Mode(configuration.tls?.strictTransport ?? .testing))
    }

    private func named() throws -> [IPAddress] {
        try address.map { text in
            guard let address = IPAddress(text), !address.isUnspecified else {
                throw Complaint(
                    "--address “\(text)” is no IP address", advice: "write it like 192.0.2.1 or 2001:db8::1",
                    exitCode: .wrongUse)
            }
            return address
        }
    }

    /// Addresses on which mail is taken, without those that say nothing: this machine's own and "all".
    private static func listening(_ configuration: Configuration) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for listener in configuration.listeners where listener.servedProtocol == .smtp {
            guard case .endpoint(let endpoint) = listener.place else { continue }
            let address = endpoint.address
            guard !address.isLoopback, !address.isUnspecified, !addresses.contains(address) else { continue }
            addresses.append(address)
        }
        return addresses
    }

    /// What mail programs are offered with TLS.
    private static func services(_ configuration: Configuration) -> [(service: MailService, port: Int)] {
        var services: [(service: MailService, port: Int)] = []
        for listener in configuration.listeners {
            guard case .endpoint(let endpoint) = listener.place, let service = MailService(listener) else { continue }
            guard !services.contains(where: { $0.service == service && $0.port == endpoint.port }) else { continue }
            services.append((service, endpoint.port))
        }
        return services
    }
}

extension MTASTSPolicy.Mode {
    /// As the configuration has it.
    init(_ configured: TLSConfiguration.StrictTransport) {
        self =
            switch configured {
            case .testing: .testing
            case .enforce: .enforce
            case .none: .none
            }
    }
}

extension MailService {
    fileprivate init?(_ listener: ConfiguredListener) {
        switch (listener.servedProtocol, listener.tls) {
        case (.submission, .implicit): self = .submissions
        case (.submission, .starttls): self = .submission
        case (.imap, .implicit): self = .imaps
        case (.imap, .starttls): self = .imap
        case (.pop3, .implicit): self = .pop3s
        case (.pop3, .starttls): self = .pop3
        default: return nil
        }
    }
}
