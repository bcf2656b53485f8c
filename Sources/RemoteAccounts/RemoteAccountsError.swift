/// Why something cannot be done with accounts elsewhere; what stands behind the semicolon helps.
public enum RemoteAccountsError: Error, Sendable, Hashable {
    case nameTaken(String)
    case unknown(String)
    case tooMany(Int)
    /// The key file cannot be read or made.
    case keyFile(String)
    /// The secret was sealed with another key, or is damaged.
    case unreadableSecret(String)
}

extension RemoteAccountsError: CustomStringConvertible {
    /// For people.
    public var description: String {
        switch self {
        case .nameTaken(let name): "there is an account “\(name)” to fetch from already; give another --name"
        case .unknown(let name): "there is no account “\(name)” to fetch from; see: paloma fetch list"
        case .tooMany(let count): "more than \(count) accounts to fetch from; remove one first"
        case .keyFile(let text): "the key of the passwords cannot be used: \(text); see to the file"
        case .unreadableSecret(let name):
            "the password of “\(name)” cannot be read with the key file; set it again: paloma fetch password"
        }
    }
}
