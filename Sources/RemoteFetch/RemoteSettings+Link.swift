internal import RemoteAccounts
internal import RemoteLinks
internal import SASL

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

    /// As a login wants them.
    func credentials(_ secret: SecretBytes) -> SASLClientCredentials {
        SASLClientCredentials(
            userName: userName, password: secret, secret: secretKind == .token ? .bearerToken : .password)
    }
}
