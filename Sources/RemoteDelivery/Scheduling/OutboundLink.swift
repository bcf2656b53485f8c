package import MailCore
package import MailQueue

/// What became of one recipient.
package enum RecipientResult: Sendable, Equatable {
    /// The other server has it now.
    case delivered(RemoteReply, Reports)
    /// Not yet.
    case deferred(RemoteReply)
    /// Never.
    case failed(RemoteReply)

    /// Who reports what happens from there on (RFC 3461 §5.2.2).
    package enum Reports: Sendable, Equatable {
        /// The other server: it was told NOTIFY and the rest.
        case passedOn
        /// Nobody: the other server knows no DSN.
        case endHere
    }
}

/// What became of one item of the queue.
package struct ItemOutcome: Sendable {
    /// For each recipient, by its number.
    package var results: [Int64: RecipientResult]
    /// The host; nil when there was none to try.
    package var host: RemoteHost?
    /// Protocol, cipher and how the other side was verified.
    package var tls: String?
    /// Signatures that were added.
    package var signatures: [String] = []
    /// When those that are deferred are tried again, in seconds since 1970, UTC; nil: as the schedule says.
    package var nextAttempt: Int64?

    /// Whether the server, or the way to it, was in trouble: the connection broke, or ended with 421 (RFC 5321 §3.8).
    var isTrouble: Bool {
        results.values.allSatisfy { result in
            guard case .deferred(let reply) = result else { return false }
            return reply.speaker == .local || reply.text.hasPrefix("421")
        }
    }

    /// The same for all recipients.
    package init(all item: QueueItem, _ result: RecipientResult, host: RemoteHost? = nil) {
        results = Dictionary(uniqueKeysWithValues: item.recipients.map { ($0.number, result) })
        self.host = host
    }

    /// Nothing yet.
    package init(host: RemoteHost?, tls: String?) {
        results = [:]
        self.host = host
        self.tls = tls
    }
}

/// A connection to a server of a route, over which items go one after the other.
package protocol OutboundLink: Sendable {
    /// Hands an item over; every recipient has a result.
    func send(_ item: QueueItem) async -> ItemOutcome
    /// Whether it can take another item.
    var isUsable: Bool { get async }
    /// Takes leave.
    func close() async
}

/// Opens links: the network, or a simulation of it.
package protocol OutboundDialer: Sendable {
    /// Whether a domain is one of ours: what was held for somebody here (RFC 4865) does not leave.
    func isOurs(_ domain: Domain) async -> Bool
    /// Reaches one of the route's servers.
    ///
    /// - Throws: why none can be reached.
    func open(_ route: Route) async throws(DialFailure) -> any OutboundLink
}

/// Why no server of a route can be reached.
package struct DialFailure: Error, Sendable, Equatable {
    /// What it means for the messages.
    package var reply: RemoteReply
    /// The host that was tried last.
    package var host: RemoteHost?

    /// A failure.
    package init(_ reply: RemoteReply, host: RemoteHost? = nil) {
        self.reply = reply
        self.host = host
    }
}
