internal import IMAP
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
    let remote: RemoteAccount
    let parts: FetchParts
    var session: IMAPLink
    let mailboxes: LocalMailboxes
    /// Whether the open folder has got messages since it was listed.
    var hasNews = false
    var progress = (done: Int64(0), total: Int64(0))
    /// What was left where it is, and why.
    var remarks: [String] = []

    /// A folder that is open.
    struct OpenFolder {
        var folder: RemoteAccounts.Folder
        var name: String
        /// UIDs that the server lists, ascending.
        var uids: [UInt32]
        /// How it was when it was opened; nil where its changes are not numbered.
        var view: RemoteAccounts.View?

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
            _ remote: RemoteAccount, _ credentials: SASLClientCredentials, _ parts: FetchParts,
            on executor: LoopExecutor
        ) async throws(RemoteFailure)
    {
        self.remote = remote
        self.parts = parts
        mailboxes = LocalMailboxes(parts.store, remote.account, parts.now)
        session = try await IMAPLink.open(
            remote.settings.endpoint, credentials, parts.limits.links, on: executor)
    }

    /// The whole run; where somebody watches, it goes on with IDLE until it is interrupted.
    nonisolated(nonsending)
        mutating func run(
            _ intake: inout MessageIntake, _ report: FetchReport, watching watch: FetchWatch?
        ) async throws(RemoteFailure)
    {
        defer { session.close() }
        let folders = try await list()
        var changed: [IMAPListedFolder] = []
        for folder in folders where try await hasChanged(folder) { changed.append(folder) }
        report.progress(done: progress.done, total: progress.total)
        for folder in changed { try await fetch(folder, .due, &intake, report) }
        if let watch, session.capabilities.hasIdle, let inbox = folders.first {
            try await self.watch(inbox, folders, watch, &intake)
        }
        session.send(.logout)
        while true {
            if case .ended = try await next() { return }
        }
    }

    /// Why a folder is looked at.
    enum Occasion {
        /// Its time has come.
        case due
        /// The server has told something.
        case news
    }

    /// The next thing that the server says.
    nonisolated(nonsending)
        mutating func next() async throws(RemoteFailure) -> IMAPClientAction
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
        var occasion = Occasion.news
        while true {
            // Listed anew, so that nothing is missed that came while other folders were open.
            try await fetch(inbox, occasion, &intake, FetchReport())
            await watch.lookedAt(intake, remarks)
            remarks = []
            switch try await idle(until: parts.now() + min(remote.settings.pollSeconds, Self.idleSecondsMax)) {
            case .news: occasion = .news
            case .time:
                occasion = .due
                for folder in folders.dropFirst() where try await hasChanged(folder) {
                    try await fetch(folder, .due, &intake, FetchReport())
                }
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
            case let action? where tellsNews(action):
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

    /// What can be asked for since a MODSEQ is asked for at once; else flags wait for the folder's time.
    private func tellsNews(_ action: IMAPClientAction?) -> Bool {
        switch action {
        case .response(.exists): true
        case .response(.fetch): session.capabilities.hasConditionalStore
        default: false
        }
    }
}
