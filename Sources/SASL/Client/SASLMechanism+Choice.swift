/// Whether others can listen to what the client says.
package enum SASLChannel: Hashable, Sendable {
    /// They can.
    case clear
    /// TLS, with what it gives for channel binding.
    case tls(TLSChannelBindings)

    /// Empty in the clear.
    var bindings: TLSChannelBindings {
        switch self {
        case .clear: TLSChannelBindings()
        case .tls(let bindings): bindings
        }
    }
}

extension SASLMechanism {
    /// The best that both sides have: SCRAM before the mechanisms that show the password, which are used under TLS only
    /// (RFC 4616 §1, RFC 8314 §3).
    ///
    /// - Parameter offered: the names as the server announced them.
    /// - Parameter secret: what the credentials hold.
    package static func choose(
        offered: some Sequence<String>, channel: SASLChannel, for secret: SASLClientCredentials.Secret = .password
    ) -> SASLMechanism? {
        let offered = Set(offered.compactMap { SASLMechanism(name: $0) })
        return (secret == .password ? ofPasswords : ofTokens).first { mechanism in
            guard offered.contains(mechanism) else { return false }
            return switch mechanism {
            case .scramSHA256Plus: !channel.bindings.isEmpty
            case .scramSHA256: true
            case .plain, .login, .oauthBearer, .xoauth2: channel != .clear
            }
        }
    }
}
