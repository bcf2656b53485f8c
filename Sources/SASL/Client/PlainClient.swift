/// PLAIN, the client's side (RFC 4616): one message, `[authzid] NUL authcid NUL passwd`.
///
/// Names and password go out as the user typed them: what to make of them is the server's to know (RFC 4616 §4).
struct PlainClient: Sendable {
    let credentials: SASLClientCredentials

    func start() -> SASLClientStep {
        let names = [credentials.authorizationID ?? "", credentials.userName]
        let password = credentials.password.withUnsafeBytes(Array.init)
        guard !credentials.userName.isEmpty, !password.isEmpty else { return .failure(.unpreparable(.empty)) }
        guard !names.contains(where: { $0.utf8.contains(0) }), !password.contains(0) else {
            return .failure(.unpreparable(.prohibited))
        }
        return .respond(Array("\(names[0])\u{0}\(names[1])\u{0}".utf8) + password)
    }
}

/// LOGIN, the client's side: the name, then the password, each to a prompt. Servers word the prompts in many ways, so
/// only their order counts.
struct LoginClient: Sendable {
    private enum Next: Sendable {
        case userName
        case password
        case nothing
    }

    private let credentials: SASLClientCredentials
    private var next = Next.userName

    init(credentials: SASLClientCredentials) { self.credentials = credentials }

    /// Whether name and password were sent.
    var isComplete: Bool { next == .nothing }

    mutating func receive() -> SASLClientStep {
        switch next {
        case .userName:
            guard !credentials.userName.isEmpty else { return .failure(.unpreparable(.empty)) }
            next = .password
            return .respond(Array(credentials.userName.utf8))
        case .password:
            next = .nothing
            return .respond(credentials.password.withUnsafeBytes(Array.init))
        case .nothing:
            return .failure(.outOfTurn)
        }
    }
}
