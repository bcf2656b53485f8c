/// PLAIN, the server's side (RFC 4616): one message, `[authzid] NUL authcid NUL passwd`.
struct PlainServer: Sendable {
    let limits: SASLLimits

    func receive(_ message: [UInt8]) -> SASLStep {
        let fields = message.split(separator: 0, omittingEmptySubsequences: false)
        guard fields.count == 3, !fields[1].isEmpty, !fields[2].isEmpty else { return .failure(.malformed) }
        return SASLPasswordClaim.step(
            authorizationID: Array(fields[0]), authenticationID: Array(fields[1]), password: fields[2], limits: limits)
    }
}

/// LOGIN, the server's side: the name, then the password, each to a prompt. It has no RFC (its draft expired), old
/// clients know nothing else; some send the name as initial response, which is taken.
struct LoginServer: Sendable {
    let limits: SASLLimits
    private var userName: [UInt8]?

    static let userNamePrompt: [UInt8] = Array("Username:".utf8)
    static let passwordPrompt: [UInt8] = Array("Password:".utf8)

    init(limits: SASLLimits) { self.limits = limits }

    mutating func receive(_ message: [UInt8]) -> SASLStep {
        if let userName {
            return SASLPasswordClaim.step(authenticationID: userName, password: message, limits: limits)
        }
        guard message.count <= limits.fieldOctetsMax else { return .failure(.tooLong) }
        guard !message.isEmpty else { return .failure(.malformed) }
        userName = message
        return .challenge(Self.passwordPrompt)
    }
}
