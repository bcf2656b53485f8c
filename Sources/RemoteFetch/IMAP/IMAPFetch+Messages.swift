internal import IMAP
internal import MailCore
internal import RemoteAccounts
internal import RemoteLinks

/// The messages of a folder: brought, and deleted there when their time is over.
extension IMAPFetch {
    /// Messages that one FETCH asks for.
    static let askedMax = 500

    nonisolated(nonsending)
        mutating func fetch(
            _ listed: IMAPListedFolder, _ occasion: Occasion, _ intake: inout MessageIntake, _ report: FetchReport
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
        var isWhole = true
        for some in wanted.chunks(of: Self.askedMax) {
            if try await receive(some, open, &intake, report) == .partly { isWhole = false }
        }
        try await intake.settle()
        let fetched = Set(intake.takeSettled().map(\.key))
        try await followFlags(of: open.uids.filter { known[open.key($0)] != nil }, open, occasion)
        if isWhole, let view = open.view {
            do {
                try await parts.accounts.setView(view, of: open.folder, remote)
            } catch {
                throw .here("the store failed: \(error)")
            }
        }
        try await delete(due(open, known, fetched), open)
    }

    private enum Receipt {
        case whole
        /// The server has kept some back.
        case partly
    }

    nonisolated(nonsending)
        private mutating func receive(
            _ uids: ArraySlice<UInt32>, _ open: OpenFolder, _ intake: inout MessageIntake, _ report: FetchReport
        ) async throws(RemoteFailure) -> Receipt
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
                return wanted.isEmpty ? .whole : .partly
            case .ended:
                throw .connectionLost
            default: break
            }
        }
    }

    private func label(_ message: IMAPFetchedMessage, _ open: OpenFolder) -> MessageIntake.Label {
        var label = MessageIntake.Label(
            folder: open.folder.number, key: open.key(message.uid), mailbox: open.folder.mailbox)
        let flags = RemoteFlags(message.flags)
        label.flags = flags.system
        label.keywords = flags.keywords
        label.internalDate = message.internalDate
        label.folderName = open.name
        return label
    }

    /// Ascending numbers as ranges.
    static func ranges(_ uids: some Sequence<UInt32>) -> [ClosedRange<UInt32>] {
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
        for some in uids.chunks(of: Self.askedMax) {
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
