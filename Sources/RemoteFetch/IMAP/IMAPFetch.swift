internal import IMAP
internal import MailCore
internal import RemoteAccounts
internal import RemoteLinks
internal import SASL
internal import ServerRuntime

/// One run of an IMAP account: of every folder, what is there and not here is brought, with flags and dates, in its order;
/// what has been here long enough is deleted there.
///
/// A message is known by UIDVALIDITY and UID (RFC 9051 §2.3.1.1). When a server numbers a folder anew, its messages are
/// known again by their fingerprints.
struct IMAPFetch {
    private let remote: RemoteAccount
    private let parts: FetchParts
    private var session: IMAPLink
    private let mailboxes: LocalMailboxes
    /// Whether the open folder has got messages since it was listed.
    private var hasNews = false
    private var progress = (done: Int64(0), total: Int64(0))
    /// What was left where it is, and why.
    private(set) var remarks: [String] = []

    /// A folder that is open.
    private struct OpenFolder {
        var folder: RemoteAccounts.Folder
        var name: String
        /// UIDs that the server lists, ascending.
        var uids: [UInt32]

        /// What a message is called there.
        func key(_ uid: UInt32) -> [UInt8] {
            [folder.uidValidity, uid].flatMap { number in
                stride(from: UInt32(24), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
            }
        }
    }

    /// Logs in.
    nonisolated(nonsending)
        init(
            _ remote: RemoteAccount, _ secret: SecretBytes, _ parts: FetchParts, on executor: LoopExecutor
        ) async throws(RemoteFailure)
    {
        self.remote = remote
        self.parts = parts
        mailboxes = LocalMailboxes(parts.store, remote.account, parts.now)
        session = try await IMAPLink.open(
            remote.settings.endpoint, remote.settings.credentials(secret), parts.limits.links, on: executor)
    }

    /// The whole run; where somebody watches, it goes on with IDLE until it is interrupted.
    nonisolated(nonsending)
        mutating func run(
            _ intake: inout MessageIntake, _ report: FetchReport, watching watch: FetchWatch?
        ) async throws(RemoteFailure)
    {
        defer { session.close() }
        let folders = try await list()
        for folder in folders { progress.total += try await count(folder) }
        for folder in folders { try await fetch(folder, &intake, report) }
        if let watch, session.capabilities.hasIdle, let inbox = folders.first {
            try await self.watch(inbox, folders, watch, &intake)
        }
        session.send(.logout)
        while true {
            if case .ended = try await next() { return }
        }
    }

    /// The next thing that the server says.
    nonisolated(nonsending)
        private mutating func next() async throws(RemoteFailure) -> IMAPClientAction
    {
        let action = try await session.next()
        if case .response(.exists) = action { hasNews = true }
        return action
    }

    // MARK: Watching

    private enum Waking {
        /// INBOX has got messages.
        case news
        /// All folders are due.
        case time
        /// The run is to end.
        case over
    }

    /// Servers end an IDLE of half an hour (RFC 2177 §3).
    private static let idleSecondsMax: Int64 = 1500

    nonisolated(nonsending)
        private mutating func watch(
            _ inbox: IMAPListedFolder, _ folders: [IMAPListedFolder], _ watch: FetchWatch, _ intake: inout MessageIntake
        ) async throws(RemoteFailure)
    {
        watch.began(session.interruption)
        defer { watch.ended() }
        while true {
            // Listed anew, so that nothing is missed that came while other folders were open.
            try await fetch(inbox, &intake, FetchReport())
            await watch.lookedAt(intake, remarks)
            remarks = []
            switch try await idle(until: parts.now() + min(remote.settings.pollSeconds, Self.idleSecondsMax)) {
            case .news: continue
            case .time: for folder in folders.dropFirst() { try await fetch(folder, &intake, FetchReport()) }
            case .over: return
            }
        }
    }

    /// Waits in the folder that is open.
    nonisolated(nonsending)
        private mutating func idle(until due: Int64) async throws(RemoteFailure) -> Waking
    {
        guard !hasNews else { return .news }
        session.send(.idle)
        var waking: Waking?
        while true {
            let left = max(1, due - parts.now())
            let action = waking == nil ? try await session.nextUnlessSilent(left) : try await session.next()
            switch action {
            case nil:
                waking = session.isInterrupted ? .over : .time
                session.endIdle()
            case .response(.exists):
                if waking == nil { session.endIdle() }
                waking = waking ?? .news
            case .done(.idle, let status):
                guard status.condition == .ok else { return .over }
                return waking ?? .time
            case .ended: throw .connectionLost
            default: break
            }
        }
    }

    // MARK: Folders

    /// INBOX first, then in the server's order. A message that a virtual folder shows stands in another, too.
    nonisolated(nonsending)
        private mutating func list() async throws(RemoteFailure) -> [IMAPListedFolder]
    {
        session.send(.list)
        var folders: [IMAPListedFolder] = []
        while true {
            switch try await next() {
            case .response(.list(let folder)) where folder.isSelectable && !folder.isVirtual:
                guard folders.count < parts.limits.foldersMax else { throw .notUnderstood("too many folders") }
                folders.append(folder)
            case .done(_, let status):
                guard status.condition == .ok else { throw .unavailable(status.text) }
                let isInbox: (IMAPListedFolder) -> Bool = { $0.name?.uppercased() == "INBOX" }
                let others = remote.settings.folders == .inbox ? [] : folders.filter { !isInbox($0) }
                return folders.filter(isInbox).prefix(1) + others
            default: break
            }
        }
    }

    /// How many messages a folder has; 0 for one that is not told of.
    nonisolated(nonsending)
        private mutating func count(_ folder: IMAPListedFolder) async throws(RemoteFailure) -> Int64
    {
        session.send(.status(folder.wireName, [.messages]))
        var messages: Int64 = 0
        while true {
            switch try await next() {
            case .response(.mailboxStatus(let status)): messages = Int64(status.messages ?? 0)
            case .done: return messages
            default: break
            }
        }
    }

    /// Opens a folder and lists it; nil, with a remark, for one that cannot be opened.
    nonisolated(nonsending)
        private mutating func open(_ listed: IMAPListedFolder) async throws(RemoteFailure) -> OpenFolder?
    {
        let name = listed.name ?? String(decoding: listed.wireName, as: UTF8.self)
        session.send(.select(listed.wireName, remote.settings.keeping == .forever ? .readOnly : .readWrite))
        session.send(.search("ALL"))
        var uidValidity: UInt32?
        var uids: [UInt32] = []
        while true {
            switch try await next() {
            case .response(.status(let status)):
                if case .uidValidity(let validity)? = status.code { uidValidity = validity }
            case .response(.search(let numbers)):
                uids += numbers
            case .done(.select, let status) where status.condition != .ok:
                remarks.append("the folder \(name) cannot be opened: “\(status.text)”")
                // SEARCH has been asked for already.
                while true { if case .done(.search, _) = try await next() { return nil } }
            case .done(.search, let status):
                guard status.condition == .ok, let uidValidity else {
                    remarks.append("the folder \(name) cannot be listed: “\(status.text)”")
                    return nil
                }
                let folder = try await folder(listed, name, uidValidity)
                hasNews = false
                return OpenFolder(folder: folder, name: name, uids: Array(Set(uids)).sorted())
            default: break
            }
        }
    }

    /// The folder's number and its mailbox here.
    private func folder(
        _ listed: IMAPListedFolder, _ name: String, _ uidValidity: UInt32
    ) async throws(RemoteFailure) -> RemoteAccounts.Folder {
        do {
            if let known = try await parts.accounts.folder(name, of: remote), known.uidValidity == uidValidity,
                try await mailboxes.isThere(known.mailbox)
            {
                return known
            }
            let isInbox = name.uppercased() == "INBOX"
            let prefix = remote.settings.mailbox
            let mailbox: MailboxID
            if prefix.isEmpty {
                mailbox = try await mailboxes.mailbox(named: isInbox ? "INBOX" : name, specialUse: listed.specialUse)
            } else {
                mailbox = try await mailboxes.mailbox(named: isInbox ? prefix : "\(prefix)/\(name)", specialUse: nil)
            }
            return try await parts.accounts.setFolder(
                name, mailbox: mailbox, uidValidity: uidValidity, of: remote)
        } catch let failure as RemoteFailure {
            throw failure
        } catch {
            throw .here("the store failed: \(error)")
        }
    }

    // MARK: Messages

    /// Messages that one FETCH asks for.
    private static let askedMax = 500

    nonisolated(nonsending)
        private mutating func fetch(
            _ listed: IMAPListedFolder, _ intake: inout MessageIntake, _ report: FetchReport
        ) async throws(RemoteFailure)
    {
        guard let open = try await open(listed) else { return }
        let names = Set(open.uids.map(open.key))
        let known: [[UInt8]: RemoteAccounts.Known]
        do {
            known = try await parts.accounts.known(remote, folder: open.folder.number)
            try await parts.accounts.compare(
                remote, folder: open.folder.number, known: known, listed: names, at: parts.now())
        } catch {
            throw .here("the store failed: \(error)")
        }
        intake.isListed = { names.contains($0) }
        let wanted = open.uids.filter { known[open.key($0)] == nil }
        progress.done += Int64(open.uids.count - wanted.count)
        progress.total = max(progress.total, progress.done + Int64(wanted.count))
        report.progress(done: progress.done, total: progress.total)
        var rest = wanted[...]
        while !rest.isEmpty {
            try await receive(Array(rest.prefix(Self.askedMax)), open, &intake, report)
            rest = rest.dropFirst(Self.askedMax)
        }
        try await intake.settle()
        let fetched = Set(intake.takeSettled().map(\.key))
        try await delete(due(open, known, fetched), open)
    }

    nonisolated(nonsending)
        private mutating func receive(
            _ uids: [UInt32], _ open: OpenFolder, _ intake: inout MessageIntake, _ report: FetchReport
        ) async throws(RemoteFailure)
    {
        var wanted = Set(uids)
        session.send(.fetch(Self.ranges(uids)))
        while true {
            switch try await next() {
            case .messageBegins:
                intake.begin()
            case .octets(let octets):
                try await intake.append(octets)
            case .response(.fetch(let message)) where message.hasBody:
                guard wanted.remove(message.uid) != nil else {
                    intake.begin()
                    continue
                }
                try await intake.end(label(message, open))
                progress.done += 1
                report.progress(done: progress.done, total: max(progress.total, progress.done))
            case .done(_, let status):
                if status.condition != .ok { remarks.append("in \(open.name): “\(status.text)”") }
                return
            case .ended:
                throw .connectionLost
            default: break
            }
        }
    }

    private func label(_ message: IMAPFetchedMessage, _ open: OpenFolder) -> MessageIntake.Label {
        var label = MessageIntake.Label(
            folder: open.folder.number, key: open.key(message.uid), mailbox: open.folder.mailbox)
        for flag in message.flags {
            switch flag.lowercased() {
            case "\\seen": label.flags.insert(.seen)
            case "\\answered": label.flags.insert(.answered)
            case "\\flagged": label.flags.insert(.flagged)
            case "\\deleted": label.flags.insert(.deleted)
            case "\\draft": label.flags.insert(.draft)
            default: if let keyword = Keyword(flag) { label.keywords.append(keyword) }
            }
        }
        label.internalDate = message.internalDate
        label.folderName = open.name
        return label
    }

    /// Ascending numbers as ranges.
    private static func ranges(_ uids: [UInt32]) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        for uid in uids {
            if let last = ranges.last, uid > 0, last.upperBound == uid - 1 {
                ranges[ranges.count - 1] = last.lowerBound...uid
            } else {
                ranges.append(uid...uid)
            }
        }
        return ranges
    }

    // MARK: Deleting

    /// What is here for good and has been kept there long enough.
    private func due(
        _ open: OpenFolder, _ known: [[UInt8]: RemoteAccounts.Known], _ fetched: Set<[UInt8]>
    ) -> [UInt32] {
        guard case .days(let days) = remote.settings.keeping else { return [] }
        let before = parts.now() - Int64(days) * 86_400
        return open.uids.filter { uid in
            let key = open.key(uid)
            if let known = known[key] { return known.fetchedAt <= before }
            return days == 0 && fetched.contains(key)
        }
    }

    /// Without UIDPLUS an EXPUNGE would take messages that others have marked.
    nonisolated(nonsending)
        private mutating func delete(_ uids: [UInt32], _ open: OpenFolder) async throws(RemoteFailure)
    {
        guard !uids.isEmpty else { return }
        guard session.capabilities.hasUIDPlus else {
            remarks.append("nothing was deleted there: the server has no UIDPLUS")
            return
        }
        var rest = uids[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.askedMax))
            rest = rest.dropFirst(Self.askedMax)
            session.send(.markDeleted(Self.ranges(some)))
            session.send(.expunge(Self.ranges(some)))
            var isOver = false
            while !isOver {
                switch try await next() {
                case .done(.expunge, let status):
                    isOver = true
                    guard status.condition == .ok else { throw .unavailable(status.text) }
                case .ended: throw .connectionLost
                default: break
                }
            }
            do {
                try await parts.accounts.markDeleted(
                    remote, folder: open.folder.number, keys: some.map(open.key), at: parts.now())
            } catch {
                throw .here("the store failed: \(error)")
            }
        }
    }
}
