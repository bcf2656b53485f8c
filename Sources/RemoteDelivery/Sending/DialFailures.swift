internal import MailCore
internal import SMTP

/// What went wrong with each host of a route, and what that means for the message.
struct DialFailures {
    private let domain: Domain
    private var worst: DialFailure?

    init(_ domain: Domain) {
        self.domain = domain
    }

    /// A failure that may pass counts more than one that stays: another host may take the message later.
    mutating func add(_ failure: DialFailure) {
        if worst == nil || failure.reply.permanence == .temporary { worst = failure }
    }

    /// What the message gets; nil when nothing was tried.
    var result: DialFailure? { worst }
}

extension DialFailure {
    /// MTA-STS does not name this host (RFC 8461 §5).
    static func forbidden(_ host: Domain, _ domain: Domain) -> DialFailure {
        DialFailure(
            .local(.temporary, 7, 5, "the policy of \(domain) (MTA-STS) does not allow \(host)"), host: RemoteHost(host)
        )
    }

    /// A session that did not come about.
    init(_ failure: SMTPSessionFailure, _ host: Domain, _ endpoint: SocketEndpoint) {
        self.init(RemoteReply(failure), host: RemoteHost(host, endpoint))
    }

    /// The same, to be tried again.
    var madeTemporary: DialFailure {
        var failure = self
        failure.reply.permanence = .temporary
        failure.reply.status = EnhancedStatusCode(
            .persistentTransientFailure, reply.status.subject, reply.status.detail)
        return failure
    }
}

extension RemoteReply {
    /// What a reply of the other server says.
    init(_ reply: SMTPReply) {
        let permanence: Permanence = reply.isPermanentFailure ? .permanent : .temporary
        let ownClass: EnhancedStatusCode.Class =
            reply.code < 400 ? .success : reply.isPermanentFailure ? .permanentFailure : .persistentTransientFailure
        // A status whose class contradicts the code says nothing (RFC 2034 §4).
        let status = reply.enhancedStatusCode.flatMap { $0.classCode == ownClass ? $0 : nil }
        let codes = "\(reply.code)" + (reply.enhancedStatusCode.map { " \($0)" } ?? "")
        self.init(
            permanence: permanence, status: status ?? EnhancedStatusCode(ownClass, 0, 0),
            lines: reply.texts.map { $0.isEmpty ? codes : "\(codes) \($0)" }, speaker: .remote)
    }

    /// What the end of a session means for a message that was not sent.
    init(_ failure: SMTPSessionFailure) {
        switch failure {
        case .refused(let reply, _):
            self.init(reply)
        case .unexpectedReply(let reply, _), .serviceClosing(let reply, _):
            self.init(reply)
            permanence = .temporary
            status = EnhancedStatusCode(.persistentTransientFailure, 3, 2)
        case .tlsNotOffered, .tlsRefused, .tlsHandshakeFailed, .tlsNotVerified, .octetsBeforeTLS:
            self = .local(.temporary, 7, 5, "\(failure)")
        case .noMechanism, .loginRefused, .loginGivenUp:
            self = .local(.temporary, 7, 8, "\(failure)")
        case .notUnderstood:
            self = .local(.temporary, 5, 0, "\(failure)")
        case .notConnected:
            self = .local(.temporary, 4, 1, "\(failure)")
        case .connectionLost, .timedOut:
            self = .local(.temporary, 4, 2, "\(failure)")
        case .messageUnreadable, .cancelled:
            self = .local(.temporary, 3, 0, "\(failure)")
        }
    }
}
