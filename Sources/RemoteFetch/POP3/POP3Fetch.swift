internal import MailCore
internal import POP3
internal import RemoteAccounts
internal import RemoteLinks
internal import SASL
internal import ServerRuntime

/// One run of a POP3 account: what is there and not here is brought, what has been here long enough is deleted there.
///
/// A message is known by its unique id (RFC 1939 §7). It is deleted there only in a session in which it was already on
/// disk here, and gone there only with QUIT: a run that ends anywhere before leaves all as it was, and the next one
/// fetches none twice.
struct POP3Fetch {
    /// A message that the server lists.
    private struct Listed {
        var number: Int
        var key: [UInt8]
        var octets: Int64 = 0
    }

    private let remote: RemoteAccount
    private let mailbox: MailboxID
    private let parts: FetchParts
    private var session: POP3Link
    private var maildrop: [Listed] = []
    /// What was left where it is, and why.
    private(set) var remarks: [String] = []

    /// The number of the only folder.
    private static let folder: Int64 = 0

    /// Logs in.
    nonisolated(nonsending)
        init(
            _ remote: RemoteAccount, _ credentials: SASLClientCredentials, into mailbox: MailboxID,
            _ parts: FetchParts, on executor: LoopExecutor
        ) async throws(RemoteFailure)
    {
        self.remote = remote
        self.mailbox = mailbox
        self.parts = parts
        session = try await POP3Link.open(
            remote.settings.endpoint, credentials, parts.limits.links, on: executor)
    }

    /// The whole run.
    nonisolated(nonsending)
        mutating func run(_ intake: inout MessageIntake, _ report: FetchReport) async throws(RemoteFailure)
    {
        defer { session.close() }
        try await list()
        let listed = Set(maildrop.map(\.key))
        let known = try await known()
        do {
            try await parts.accounts.compare(
                remote, folder: Self.folder, known: known, listed: listed, at: parts.now())
        } catch {
            throw .here("the store failed: \(error)")
        }
        intake.isListed = { listed.contains($0) }
        try await fetch(maildrop.filter { known[$0.key] == nil }, &intake, report)
        try await intake.settle()
        let fetched = Set(intake.takeSettled().map(\.key))
        try await finish(deleting: due(known, fetched))
    }

    // MARK: What is there

    nonisolated(nonsending)
        private mutating func list() async throws(RemoteFailure)
    {
        session.send(.uidl)
        session.send(.list)
        var places: [Int: Int] = [:]
        var seen: [[UInt8]: Int] = [:]
        var isListing = true
        while isListing {
            switch try await session.next() {
            case .uniqueID(let number, let id):
                // Two messages with the same octets may have the same id (RFC 1939 §7).
                let count = seen[id, default: 0]
                seen[id] = count + 1
                guard places.updateValue(maildrop.count, forKey: number) == nil else {
                    throw .notUnderstood("the list names a message twice")
                }
                maildrop.append(Listed(number: number, key: count == 0 ? id : id + Array("\u{0}\(count)".utf8)))
            case .size(let number, let octets):
                if let place = places[number] { maildrop[place].octets = octets }
            case .refused(.uidl, let reply):
                throw .lacking("unique ids of messages (UIDL)\(reply.text.isEmpty ? "" : ": “\(reply.text)”")")
            case .done(.list), .refused(.list, _):
                isListing = false
            default:
                break
            }
        }
        maildrop.sort { $0.number < $1.number }
    }

    nonisolated(nonsending)
        private func known() async throws(RemoteFailure) -> [[UInt8]: RemoteAccounts.Known]
    {
        do {
            return try await parts.accounts.known(remote, folder: Self.folder)
        } catch {
            throw .here("the store failed: \(error)")
        }
    }

    // MARK: Bringing

    /// Some commands ahead, so that the server is never idle where it can pipeline.
    private static let aheadMax = 16

    nonisolated(nonsending)
        private mutating func fetch(
            _ wanted: [Listed], _ intake: inout MessageIntake, _ report: FetchReport
        ) async throws(RemoteFailure)
    {
        let tooLarge = wanted.filter { $0.octets > parts.limits.links.messageOctetsMax }
        if !tooLarge.isEmpty { remarks.append("\(tooLarge.count) messages were left there: too large") }
        let wanted = wanted.filter { $0.octets <= parts.limits.links.messageOctetsMax }
        var asked = 0
        for (index, message) in wanted.enumerated() {
            while asked < wanted.count, asked < index + Self.aheadMax {
                session.send(.retrieve(wanted[asked].number))
                asked += 1
            }
            try await receive(message, &intake)
            report.progress(done: Int64(index + 1), total: Int64(wanted.count))
        }
    }

    nonisolated(nonsending)
        private mutating func receive(_ message: Listed, _ intake: inout MessageIntake) async throws(RemoteFailure)
    {
        intake.begin()
        while true {
            switch try await session.next() {
            case .octets(let octets):
                try await intake.append(octets)
            case .done:
                try await intake.end(MessageIntake.Label(folder: Self.folder, key: message.key, mailbox: mailbox))
                return
            case .refused(_, let reply):
                // Gone meanwhile, or damaged there: the others are not to wait for it.
                remarks.append("the server does not give message \(message.number): “\(reply.text)”")
                return
            case .ended:
                throw .connectionLost
            default:
                break
            }
        }
    }

    // MARK: Deleting

    /// What is here for good and has been kept there long enough.
    private func due(_ known: [[UInt8]: RemoteAccounts.Known], _ fetched: Set<[UInt8]>) -> [Listed] {
        guard case .days(let days) = remote.settings.keeping else { return [] }
        let before = parts.now() - Int64(days) * 86_400
        return maildrop.filter { message in
            if let known = known[message.key] { return known.fetchedAt <= before }
            return days == 0 && fetched.contains(message.key)
        }
    }

    nonisolated(nonsending)
        private mutating func finish(deleting due: [Listed]) async throws(RemoteFailure)
    {
        for message in due { session.send(.delete(message.number)) }
        session.send(.quit)
        var refused: Set<Int> = []
        while true {
            switch try await session.next() {
            case .refused(.quit, let reply):
                throw .unavailable(reply.text)
            case .refused(.delete(let number), _):
                refused.insert(number)
            case .ended:
                let keys = due.filter { !refused.contains($0.number) }.map(\.key)
                do {
                    try await parts.accounts.markDeleted(remote, folder: Self.folder, keys: keys, at: parts.now())
                } catch {
                    throw .here("the store failed: \(error)")
                }
                return
            default:
                break
            }
        }
    }
}
