internal import RemoteAccounts
internal import RemoteLinks

extension RemoteSettings {
    /// Where the account's connections go.
    var endpoint: RemoteEndpoint {
        let start: RemoteEndpoint.TLS =
            switch tls {
            case .none: .none
            case .starttls: .startTLS
            case .implicit: .implicit
            }
        return RemoteEndpoint(host: host, port: port, tls: start, authorityFile: authorityFile)
    }
}
