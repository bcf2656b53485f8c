internal import Directory
internal import InternetMessage
internal import MailCore
internal import MailTrace
internal import Storage

/// How a message came here: what the trace tells of it, and whether it is our own.
package struct Arrival: Sendable {
    /// By which door.
    package enum Via: String, Sendable {
        /// From another server.
        case smtp
        /// From a server in front of this one.
        case lmtp
        /// From one of our users.
        case submission
        /// Made here: a report.
        case report
        /// From an account of one of our users elsewhere.
        case fetch
    }

    /// By which door.
    package var via: Via
    /// The client's address.
    package var peer: String?
    /// How it named itself.
    package var helo: String?
    /// Protocol and cipher.
    package var tls: String?
    /// Who logged in.
    package var login: String?
    /// The message that it is about, by its queue id.
    package var about: String?

    /// By a door.
    package init(
        _ via: Via, peer: String? = nil, helo: String? = nil, tls: String? = nil, login: String? = nil,
        about: String? = nil
    ) {
        self.via = via
        self.peer = peer
        self.helo = helo
        self.tls = tls
        self.login = login
        self.about = about
    }

    /// Who put it on its way to others.
    var origin: QueuedMessage.Origin {
        switch via {
        case .smtp, .lmtp, .fetch: .received
        case .submission: .submitted
        case .report: .generated
        }
    }

    /// The event of a message that was fetched, as it is kept; `about` is the folder there.
    func event(filed: [FiledCopy], _ facts: MessageFacts, _ octets: Int64, at seconds: Int64) -> [UInt8] {
        var event = TraceEvent(.accepted, at: seconds)
        event.add(.via, via.rawValue)
        event.add(.peer, peer)
        event.add(.login, login)
        event.add(.note, about.map { "from \($0)" })
        event.add(.octets, "\(octets)")
        event.add(.messageID, facts.messageID?.text)
        for copy in filed {
            event.add(.filed, "\(login ?? "")/\(copy.mailbox.rawValue)/\(copy.uid.rawValue)")
        }
        return event.octets
    }

    /// Recipients, copies and queue entries that one event tells.
    private static let toldMax = 100

    /// The event of the arrival, as it is kept.
    func event(
        _ envelope: Envelope, _ plan: DeliveryPlan, _ filed: [FiledCopy], _ facts: MessageFacts, _ octets: Int64,
        at seconds: Int64
    ) -> [UInt8] {
        var event = TraceEvent(.accepted, at: seconds)
        event.add(.via, via.rawValue)
        event.add(.peer, peer)
        event.add(.helo, helo)
        event.add(.tls, tls)
        event.add(.login, login)
        event.add(.note, about.map { "about \($0)" })
        event.add(.from, envelope.reversePath.address?.written ?? "<>")
        event.add(.octets, "\(octets)")
        event.add(.messageID, facts.messageID?.text)
        var names: [AccountID: (address: String, uid: UID)] = [:]
        for (copy, filed) in zip(plan.copies, filed) { names[copy.account] = (copy.deliveredTo.written, filed.uid) }
        for reach in plan.recipients.prefix(Self.toldMax) {
            event.add(.to, reach.path.address?.written ?? "postmaster")
            for account in reach.accounts.prefix(Self.toldMax) {
                if let name = names[account] { event.add(.filed, "\(name.address)/INBOX/\(name.uid.rawValue)") }
            }
            for address in reach.remote.prefix(Self.toldMax) { event.add(.queued, address.written) }
        }
        let untold = plan.recipients.count - Self.toldMax
        if untold > 0 { event.add(.note, "and \(untold) more recipients") }
        return event.octets
    }
}
