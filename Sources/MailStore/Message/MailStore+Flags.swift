package import MailCore
internal import Storage

extension MailStore {
    /// Changes flags; durable when it returns. Messages that are gone are passed over; many are changed in several
    /// transactions, of which each is complete. What does not change keeps its MODSEQ.
    ///
    /// Who wants to tell a client of many messages piece by piece calls it with some of them at a time.
    ///
    /// - Parameter unchangedSince: messages with a greater MODSEQ stay as they are (RFC 7162 §3.1.3).
    ///
    /// Throws `MailStoreError`.
    package func setFlags(
        _ change: FlagChange, of uids: UIDSet, in key: MailboxKey, unchangedSince: ModSeq? = nil
    ) async throws -> FlagOutcome {
        var outcome = FlagOutcome()
        var rest = uids
        while !rest.isEmpty {
            let (piece, limits) = (rest, limits)
            let (part, left) = try await store.change { transaction in
                try FlagJob(change: change, key: key, unchangedSince: unchangedSince, limits: limits)
                    .run(piece, in: transaction)
            }
            outcome.messages += part.messages
            outcome.modified = outcome.modified.union(part.modified)
            rest = left
        }
        return outcome
    }
}

/// One transaction that changes flags.
struct FlagJob {
    let change: FlagChange
    let key: MailboxKey
    let unchangedSince: ModSeq?
    let limits: MailStoreLimits

    /// What a message's flags become.
    private struct Flags: Hashable {
        var system: SystemFlags
        var keywords: [String]
    }

    private struct Visited {
        let uid: UID
        let before: Flags
        let after: Flags
        let modSeq: ModSeq

        var isChanged: Bool { before != after }
    }

    /// - Returns: what became of the messages that were looked at, and which were not.
    func run(_ uids: UIDSet, in transaction: SQLTransaction) throws -> (FlagOutcome, rest: UIDSet) {
        guard try MailStore.hasMailbox(key.mailbox, key.account, in: transaction) else {
            throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
        }
        var outcome = FlagOutcome()
        var visited: [Visited] = []
        var looked = 0
        let rest = try MailStore.page(of: uids, in: key, [], transaction) { row in
            if let unchangedSince, row.modSeq > unchangedSince {
                outcome.modified.append(row.uid)
            } else {
                let before = Flags(system: row.flags, keywords: row.keywords)
                let after = try self.after(before)
                visited.append(Visited(uid: row.uid, before: before, after: after, modSeq: row.modSeq))
            }
            looked += 1
            return looked < limits.changedTogetherMax ? .more : .enough
        }
        let modSeq = try write(visited, among: uids, without: outcome.modified, in: transaction)
        outcome.messages = visited.map { message in
            FlagOutcome.Message(
                uid: message.uid, flags: message.after.system, keywords: message.after.keywords,
                modSeq: message.isChanged ? modSeq ?? message.modSeq : message.modSeq,
                difference: message.isChanged ? .changed : .unchanged)
        }
        return (outcome, rest)
    }

    private func after(_ before: Flags) throws -> Flags {
        let named = change.flags.intersection(change.scope.flags)
        let system: SystemFlags =
            switch change.kind {
            case .replace: before.system.subtracting(change.scope.flags).union(named)
            case .add: before.system.union(named)
            case .remove: before.system.subtracting(named)
            }
        return Flags(system: system, keywords: try keywords(after: before.keywords))
    }

    /// Keywords that are there already keep their letters.
    private func keywords(after before: [String]) throws -> [String] {
        guard change.scope.keywords == .all, !(change.keywords.isEmpty && (before.isEmpty || change.kind != .replace))
        else { return before }
        let present = before.compactMap { Keyword($0) }
        let keywords: [Keyword] =
            switch change.kind {
            case .replace: change.keywords.map { named in present.first { $0 == named } ?? named }
            case .add: present + change.keywords
            case .remove: present.filter { !change.keywords.contains($0) }
            }
        var distinct: [Keyword] = []
        for keyword in keywords.sorted() where distinct.last != keyword { distinct.append(keyword) }
        guard distinct.count <= limits.keywordsOfMessageMax || distinct.count <= before.count else {
            throw MailStoreError.tooManyKeywords
        }
        return distinct.map(\.text)
    }

    /// - Returns: the tick of the change; nil where nothing changes.
    private func write(
        _ visited: [Visited], among uids: UIDSet, without modified: UIDSet, in transaction: SQLTransaction
    ) throws -> ModSeq? {
        let changed = visited.filter(\.isChanged)
        guard !changed.isEmpty else { return nil }
        let modSeq = try MailStore.nextModSeq(key.account, in: transaction)
        let untouched = UIDSet(visited.lazy.filter { !$0.isChanged }.map(\.uid)).union(modified)
        for run in runs(of: changed, among: uids.subtracting(untouched)) { try write(run, modSeq, in: transaction) }
        var delta = MailboxDelta()
        var alike: [Flags: [UID]] = [:]
        var announced = UIDSet()
        for message in changed {
            alike[message.after, default: []].append(message.uid)
            announced.append(message.uid)
            delta.unseen += message.before.system.contains(.seen) ? 1 : 0
            delta.unseen -= message.after.system.contains(.seen) ? 1 : 0
        }
        try MailStore.count(delta, key, modSeq, in: transaction)
        for (flags, uids) in alike {
            transaction.note(.flags(key.account, key.mailbox, uids, modSeq, flags.system, keywords: flags.keywords))
        }
        transaction.announce(.flags(key, announced, modSeq))
        return modSeq
    }

    /// Messages that one statement changes: no other stands between them.
    private struct Run {
        let first: UID
        var last: UID
        let flags: Flags
    }

    /// - Parameter uids: among which no message stands but those that change.
    private func runs(of changed: [Visited], among uids: UIDSet) -> [Run] {
        var runs: [Run] = []
        var range = 0
        for message in changed {
            let number = message.uid.rawValue
            let previous = range
            while uids.ranges[range].upperBound < number { range += 1 }
            if let last = runs.last, range == previous, last.flags == message.after {
                runs[runs.count - 1].last = message.uid
            } else {
                runs.append(Run(first: message.uid, last: message.uid, flags: message.after))
            }
        }
        return runs
    }

    private func write(_ run: Run, _ modSeq: ModSeq, in transaction: SQLTransaction) throws {
        try transaction.run(
            """
            UPDATE message SET flags = ?5, keywords = ?6, mod_seq = ?7, touched = 1
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(run.first.rawValue)),
            .integer(Int64(run.last.rawValue)), .integer(Int64(run.flags.system.rawValue)),
            .text(run.flags.keywords.joined(separator: " ")), .integer(modSeq.rawValue))
    }
}
