internal import InternetMessage
package import MailCore
internal import RemoteLinks
package import ServerConfiguration

/// An account of the server on this machine, found by its configuration.
package enum LocalAccount {
    /// The account of an address.
    ///
    /// The listeners of the configuration say where to connect; the server's own certificate is trusted, self-signed or not.
    /// - Throws: what the configuration lacks.
    package static func account(
        _ address: EmailAddress, _ configuration: Configuration
    ) throws(MailFailure) -> MailAccount {
        guard let imap = endpoint(.imap, configuration) else {
            throw MailFailure(
                .here, "\(configuration.file) has no listener for IMAP that can be used",
                advice: "add a [[listener]] with protocol = \"imap\" and a TCP address")
        }
        let account = MailAccount(
            name: "local", author: MessageBuilder.NamedAddress(address: address), imap: imap,
            submission: endpoint(.submission, configuration), userName: address.written)
        return account
    }

    /// The listener that a client on this machine does best with: TLS from the start, then STARTTLS, then none.
    private static func endpoint(
        _ wanted: ConfiguredListener.ServedProtocol, _ configuration: Configuration
    ) -> RemoteEndpoint? {
        let order: [ConfiguredListener.TLSMode] = [.implicit, .starttls, .none]
        let usable = configuration.listeners.filter {
            $0.servedProtocol == wanted && $0.tls != .none || $0.isOpen(wanted)
        }
        for mode in order {
            for listener in usable where listener.tls == mode {
                guard case .endpoint(let place) = listener.place else { continue }
                return endpoint(place, mode, configuration)
            }
        }
        return nil
    }

    private static func endpoint(
        _ place: SocketEndpoint, _ mode: ConfiguredListener.TLSMode, _ configuration: Configuration
    ) -> RemoteEndpoint {
        let isAnywhere = ["0.0.0.0", "::"].contains(place.address.text)
        let host = isAnywhere ? (place.address.family == .v4 ? "127.0.0.1" : "::1") : place.address.text
        let tls: RemoteEndpoint.TLS =
            switch mode {
            case .implicit: .implicit
            case .starttls: .startTLS
            case .none: .none
            }
        return RemoteEndpoint(
            host: host, port: place.port, tls: tls, certificateName: configuration.hostname.ascii,
            authorityFile: configuration.tls?.certificatePath)
    }
}

extension ConfiguredListener {
    /// Whether it takes logins without TLS.
    fileprivate func isOpen(_ wanted: ServedProtocol) -> Bool {
        servedProtocol == wanted && tls == .none && authWithoutTLS.isAllowed
    }
}
