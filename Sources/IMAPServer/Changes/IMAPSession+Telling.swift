internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// Tells what others have changed, where it may be told (RFC 9051 §5.2, §7.5.1).
extension IMAPSession {
    /// Messages whose flags are read together.
    static var flagsTogetherMax: Int { 4_096 }

    /// Notes what has come and tells it: behind a command's responses and before its tagged one, while idling, or at any
    /// time where NOTIFY asked for it.
    ///
    /// - Returns: a farewell where the mailbox cannot stay open.
    nonisolated(nonsending)
        func tellChanges(_ occasion: TellingOccasion, _ replies: ReplyWriter) async -> MailboxLoss?
    {
        do {
            try await noteChanges()
            if fate == .deleted { return .deleted }
            if hasAccessChanged {
                hasAccessChanged = false
                guard try await tellAccess(replies) else { return .noAccess }
            }
            tellSearchesOfExpunges(replies)
            try await tellView(occasion, replies)
            try await tellSearchesOfChanges(replies)
            try await tellNotices(replies)
        } catch {
            // What could not be told now is told later: the view has it, or is compared with the store.
            _ = completion(of: error, in: "telling changes")
        }
        return nil
    }

    /// Why the connection ends.
    enum MailboxLoss {
        case deleted
        case noAccess

        var text: String {
            switch self {
            case .deleted: "The mailbox was deleted"
            case .noAccess: "You may not read the mailbox any more"
            }
        }
    }

    nonisolated(nonsending)
        private func tellView(_ occasion: TellingOccasion, _ replies: ReplyWriter) async throws
    {
        guard selected?.view.hasPendingChanges == true else { return }
        let told = notifying?.selected ?? .everything
        guard let permission = told.permission(on: occasion) else { return }
        guard let lastTold = selected?.view.lastUID?.rawValue ?? 0 as UInt32?,
            let update = selected?.view.takeUpdate(permission, machine.dialect), let mailbox = selected
        else { return }
        if mailbox.view.expungedUntold.isEmpty { selected?.earliestUntoldExpunge = nil }
        respond(replies) { $0.changes(update) }
        switch update.flagChanges {
        case _ where !told.tellsFlags, .none: break
        case .messages(let messages): try await tellFlags(of: UIDSet(messages.map(\.uid)), replies)
        case .since(let modSeq): try await tellFlags(changedSince: modSeq, among: mailbox.view.uids, replies)
        }
        tellBoundOfKnowledge(replies)
        if update.exists != nil, let attributes = told.newMessageAttributes, lastTold < UInt32.max {
            let new = UIDSet(UID(rawValue: lastTold + 1)...UID(rawValue: .max)).intersection(mailbox.view.uids)
            try await tellNew(new, attributes, replies)
        }
    }

    /// A client that goes away now must ask again from before the expunges that it could not be told (RFC 7162 §3.2).
    private func tellBoundOfKnowledge(_ replies: ReplyWriter) {
        guard machine.dialect.tellsModSeq, let mailbox = selected, let earliest = mailbox.earliestUntoldExpunge else {
            return
        }
        let known = ModSeq(rawValue: max(earliest.rawValue - 1, 1))
        respond(replies) { $0.untagged(.ok, code: .highestModSeq(known), "Expunges are still to be told") }
    }

    // MARK: Flags

    /// The flags of messages as they are now.
    nonisolated(nonsending)
        func tellFlags(of uids: UIDSet, _ replies: ReplyWriter) async throws
    {
        for batch in uids.batches(of: Self.flagsTogetherMax) {
            try await write(try await readFlags(of: batch), replies)
        }
    }

    /// The flags of those of the messages that have changed after a modification.
    nonisolated(nonsending)
        func tellFlags(changedSince modSeq: ModSeq, among uids: UIDSet, _ replies: ReplyWriter) async throws
    {
        guard let key = selected?.key else { return }
        let changed = try await context.store.read { try MailStore.uids(changedSince: modSeq, of: key, in: $0) }
        try await tellFlags(of: changed.intersection(uids), replies)
    }

    nonisolated(nonsending)
        private func readFlags(of uids: UIDSet) async throws -> [FlagsOfMessage]
    {
        guard let key = selected?.key else { return [] }
        return try await context.store.read { transaction in
            var messages: [FlagsOfMessage] = []
            try MailStore.rows(of: uids, in: key, [], transaction) { messages.append(FlagsOfMessage($0)) }
            return messages
        }
    }

    /// FETCH responses that nobody asked for: always with the UID, with MODSEQ where the client knows it
    /// (RFC 9051 §7.5.2, RFC 7162 §3.2.4).
    nonisolated(nonsending)
        func write(_ messages: [FlagsOfMessage], _ replies: ReplyWriter) async throws
    {
        tellKeywords(of: messages, replies)
        var writer = IMAPResponseWriter(dialect: machine.dialect)
        for message in messages {
            write(message, .withUID, &writer)
            if writer.octetCount >= Self.pieceOctets { try await replies.write(writer.take()) }
        }
        replies.append(writer.take())
    }

    /// Octets written at once.
    static var pieceOctets: Int { 64 << 10 }

    /// Whether a FETCH response of flags names the message by its UID, too.
    enum UIDReport {
        case withUID
        case asCommanded
    }

    /// A FETCH response with a message's flags. The view counts them as told.
    func write(_ message: FlagsOfMessage, _ report: UIDReport, _ writer: inout IMAPResponseWriter) {
        guard let number = selected?.view.sequenceNumber(of: message.uid) else { return }
        let dialect = machine.dialect
        var items = writer.beginFetch(number, message.uid)
        if report == .withUID || dialect.tellsModSeq || dialect.enabled.contains(.imap4rev2), !dialect.namesByUID {
            writer.fetchUID(message.uid, &items)
        }
        writer.fetchFlags(message.flags, selected?.view.recency(of: message.uid) ?? .old, &items)
        if dialect.tellsModSeq { writer.fetchModSeq(message.modSeq, &items) }
        writer.endFetch(items)
        selected?.view.noteFlagsTold(message.uid, message.modSeq)
    }

    /// FLAGS anew, where messages have keywords that the client was not told of (RFC 9051 §7.3.5).
    func tellKeywords(of messages: [FlagsOfMessage], _ replies: ReplyWriter) {
        guard var known = (selected?.keywords).map({ Set($0) }) else { return }
        var new: [Keyword] = []
        for message in messages {
            for keyword in message.flags.keywords where known.insert(keyword).inserted { new.append(keyword) }
        }
        tellKeywords(new, replies)
    }

    /// FLAGS anew, with keywords that the client was not told of.
    func tellKeywords(_ new: [Keyword], _ replies: ReplyWriter) {
        guard !new.isEmpty, let known = selected?.keywords else { return }
        selected?.keywords = known + new
        guard let mailbox = selected else { return }
        respond(replies) { write(flagsOf: mailbox, &$0) }
    }

    // MARK: Rights

    /// What the user may do now.
    ///
    /// - Returns: whether the mailbox may stay open.
    nonisolated(nonsending)
        private func tellAccess(_ replies: ReplyWriter) async throws -> Bool
    {
        guard let mailbox = selected, let account else { return true }
        let found = try await context.mailStore.accessible(mailbox.key, for: account.id)
        guard let found, found.rights.contains(.read) else { return false }
        selected?.name = MailboxName(found.name) ?? mailbox.name
        guard found.rights != mailbox.rights else { return true }
        selected?.rights = found.rights
        if let changed = selected { respond(replies) { write(flagsOf: changed, &$0) } }
        return true
    }
}

/// A message's flags, as they are told.
struct FlagsOfMessage: Sendable {
    let uid: UID
    let flags: FlagList
    let modSeq: ModSeq
}

extension FlagsOfMessage {
    init(_ row: MessageRow) {
        self.init(
            uid: row.uid, flags: FlagList(row.flags, keywords: row.keywords.compactMap { Keyword($0) }),
            modSeq: row.modSeq)
    }

    /// As a change of flags left it.
    init(_ message: FlagOutcome.Message) {
        self.init(
            uid: message.uid, flags: FlagList(message.flags, keywords: message.keywords.compactMap { Keyword($0) }),
            modSeq: message.modSeq)
    }
}

extension UIDSet {
    /// The numbers in their order, so many at once.
    func batches(of size: Int) -> [UIDSet] {
        var batches: [UIDSet] = []
        var batch = UIDSet()
        var room = UInt32(clamping: size)
        for range in ranges {
            var lower = range.lowerBound
            while true {
                let upper = UInt32(clamping: min(UInt64(range.upperBound), UInt64(lower) + UInt64(room) - 1))
                batch.append(lower...upper)
                room -= upper - lower + 1
                if room == 0 {
                    batches.append(batch)
                    batch = UIDSet()
                    room = UInt32(clamping: size)
                }
                guard upper < range.upperBound else { break }
                lower = upper + 1
            }
        }
        if !batch.isEmpty { batches.append(batch) }
        return batches
    }
}
