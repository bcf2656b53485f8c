import ServerConfiguration
import ServerRuntime
import ServiceLifecycle

extension MailServer {
    /// The service of one listener, already listening; nil when there is none for it.
    func service(for listener: ConfiguredListener) async throws -> (any Service)? {
        nil
    }

    /// As the runtime wants it.
    func address(_ listener: ConfiguredListener) -> ListenerAddress {
        switch listener.place {
        case .endpoint(let endpoint): .tcp(host: endpoint.address.text, port: endpoint.port)
        case .path(let path): .unix(path: path)
        }
    }

    /// As the runtime wants it.
    func mode(_ listener: ConfiguredListener) -> TLSMode {
        guard let tls else { return .none }
        switch listener.tls {
        case .none: return .none
        case .starttls: return .startTLS(tls)
        case .implicit: return .implicit(tls)
        }
    }
}
