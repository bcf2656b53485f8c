package import MailCore

/// One session's view of its selected mailbox: what the client was told, and what it is still to be told.
///
/// The store's changes are noted as they are heard of, in any order between messages. The view itself changes only in
/// `takeUpdate`, which the session calls where it writes: so no sequence number moves where RFC 9051 §7.5.1 forbids it,
/// and until then messages that others expunged keep their numbers.
package struct IMAPSequenceView: Sendable {
    private var index = MessageIndex()
    /// Above every UID of the view, told or not.
    private var highestNoted: UInt32 = 0
    private var pendingNew = UIDSet()
    private var pendingExpunged = UIDSet()
    private var pendingFlags = PendingFlags.none
    private var recent = UIDSet()
    private var pendingRecent = UIDSet()
    private let limits: IMAPLimits

    private enum PendingFlags: Sendable {
        case none
        case messages([UID: ModSeq])
        /// All after this.
        case since(ModSeq)
    }

    /// What the last search saved for `$`; expunged messages leave it (RFC 5182 §2.1).
    package var savedResult = UIDSet() {
        didSet { savedResult = index.present(savedResult) }
    }

    /// A view of the mailbox as it is opened: all of these are told by EXISTS, none is pending.
    package init(uids: UIDSet, recent: UIDSet = UIDSet(), limits: IMAPLimits = IMAPLimits()) {
        self.limits = limits
        index.append(uids)
        self.recent = index.present(recent)
        highestNoted = uids.last?.rawValue ?? 0
    }

    // MARK: Looking

    /// Messages as the client counts them.
    package var count: UInt32 { index.count }

    /// How many of them are `\Recent`.
    package var recentCount: Int { recent.count }

    /// All UIDs of the view.
    package var uids: UIDSet { index.uids }

    /// The last message; nil in an empty view.
    package var lastUID: UID? { index.lastUID }

    /// The message at a number; nil beyond the last.
    package func uid(at number: SequenceNumber) -> UID? { index.uid(at: number) }

    /// The number of a message; nil for one that is not in the view.
    package func sequenceNumber(of uid: UID) -> SequenceNumber? { index.sequenceNumber(of: uid) }

    /// Whether this session is the first to be told of it.
    package func recency(of uid: UID) -> Recency { recent.contains(uid) ? .recent : .old }

    /// The view's messages that a command names. Sequence numbers beyond the view are the client's fault; UIDs that are
    /// not there name nothing. In an empty view `*` is `uidNext`, which names nothing either.
    package func resolve(
        _ set: SequenceSet, _ numbering: MessageNumbering, uidNext: UInt32
    ) throws(SequenceSet.NumberOutOfRange) -> UIDSet {
        switch numbering {
        case .uids:
            return index.present(set.uids(largest: lastUID ?? UID(rawValue: max(uidNext, 1)), saved: savedResult))
        case .sequenceNumbers:
            if case .savedResult = set { return savedResult }
            return index.uids(at: try set.sequenceNumbers(count: count, saved: SequenceNumberSet()))
        }
    }

    /// The numbers of messages; those that are not in the view are left out.
    package func sequenceNumbers(of uids: UIDSet) -> SequenceNumberSet { index.sequenceNumbers(of: uids) }

    /// Messages of the view that are gone from the store and not told: what a command cannot reach (RFC 9051 §7.1
    /// EXPUNGEISSUED).
    package var expungedUntold: UIDSet { pendingExpunged }

    /// Whether there is something to tell, were expunges permitted.
    package var hasPendingChanges: Bool {
        if case .none = pendingFlags { return !pendingNew.isEmpty || !pendingExpunged.isEmpty }
        return true
    }

    // MARK: Noting

    /// New messages, above all that were noted before. Those at or below are known already and passed over.
    ///
    /// - Parameter recent: those that no session was told of before.
    package mutating func noteNew(_ uids: UIDSet, recent: UIDSet = UIDSet()) {
        var new = UIDSet()
        for range in uids.ranges where range.upperBound > highestNoted {
            new.append(max(range.lowerBound, highestNoted + 1)...range.upperBound)
        }
        guard let last = new.last else { return }
        pendingNew = pendingNew.union(new)
        if !recent.isEmpty { pendingRecent = pendingRecent.union(new.intersection(recent)) }
        highestNoted = last.rawValue
    }

    /// Messages that are gone. One of which the client was not told is simply never told.
    package mutating func noteExpunged(_ uids: UIDSet) {
        pendingNew = pendingNew.subtracting(uids)
        pendingRecent = pendingRecent.subtracting(uids)
        pendingExpunged = pendingExpunged.union(index.present(uids))
        if case .messages(var changed) = pendingFlags {
            pendingFlags = .none
            changed = changed.filter { !uids.contains($0.key) }
            if !changed.isEmpty { pendingFlags = .messages(changed) }
        }
    }

    /// Flags changed by another. Those of messages that the client was not told of yet it will ask for itself.
    package mutating func noteFlagsChanged(_ uid: UID, _ modSeq: ModSeq) {
        guard index.sequenceNumber(of: uid) != nil, !pendingExpunged.contains(uid) else { return }
        switch pendingFlags {
        case .since: break
        case .none: pendingFlags = .messages([uid: modSeq])
        case .messages(var changed):
            // Let go, so that the dictionary is not copied.
            pendingFlags = .none
            changed[uid] = max(changed[uid] ?? modSeq, modSeq)
            if changed.count > limits.pendingFlagChangesMax, let least = changed.values.min() {
                pendingFlags = .since(ModSeq(rawValue: max(least.rawValue - 1, 0)))
            } else {
                pendingFlags = .messages(changed)
            }
        }
    }

    /// Flags may have changed after this, it is not known of which messages.
    package mutating func noteFlagsChanged(since modSeq: ModSeq) {
        switch pendingFlags {
        case .since(let earlier): pendingFlags = .since(min(earlier, modSeq))
        case .none: pendingFlags = .since(modSeq)
        case .messages(let changed):
            let least = changed.values.min().map { ModSeq(rawValue: max($0.rawValue - 1, 0)) } ?? modSeq
            pendingFlags = .since(min(least, modSeq))
        }
    }

    /// This session has told the client the message's flags itself (by FETCH, or as STORE's answer), as they stand at
    /// this mod-sequence.
    package mutating func noteFlagsTold(_ uid: UID, _ modSeq: ModSeq) {
        guard case .messages(var changed) = pendingFlags, let pending = changed[uid], pending <= modSeq else { return }
        pendingFlags = .none
        changed[uid] = nil
        if !changed.isEmpty { pendingFlags = .messages(changed) }
    }

    /// This session has told the client all flags of these messages, as they stood at this tick of the clock.
    package mutating func noteFlagsTold(_ uids: UIDSet, through modSeq: ModSeq) {
        guard case .messages(var changed) = pendingFlags else { return }
        pendingFlags = .none
        changed = changed.filter { $0.value > modSeq || !uids.contains($0.key) }
        if !changed.isEmpty { pendingFlags = .messages(changed) }
    }

    // MARK: Telling

    /// Makes the step: what is to be written now. Expunges wait where they are forbidden; VANISHED is bound by the same
    /// rule as EXPUNGE (RFC 7162 §3.2.10).
    package mutating func takeUpdate(_ permission: ExpungePermission, _ dialect: IMAPDialect) -> MailboxViewUpdate {
        let expunged = permission == .permitted ? takeExpunged(dialect) : .none
        let hasNew = !pendingNew.isEmpty
        // In the order of the responses: the number of messages counts the new ones, flags have the numbers of then.
        let flagChanges = takeFlagChanges()
        if hasNew {
            index.append(pendingNew)
            recent = recent.union(pendingRecent)
            pendingNew = UIDSet()
            pendingRecent = UIDSet()
        }
        return MailboxViewUpdate(
            expunged: expunged, exists: hasNew ? count : nil,
            recent: hasNew && dialect.tellsRecent ? UInt32(clamping: recentCount) : nil, flagChanges: flagChanges)
    }

    private mutating func takeExpunged(_ dialect: IMAPDialect) -> MailboxViewUpdate.Expunged {
        guard !pendingExpunged.isEmpty else { return .none }
        let uids = pendingExpunged
        pendingExpunged = UIDSet()
        var numbers: [SequenceNumber] = []
        if !dialect.tellsVanished {
            for range in index.sequenceNumbers(of: uids).ranges.reversed() {
                for number in range.reversed() { numbers.append(SequenceNumber(rawValue: number)) }
            }
        }
        index.remove(uids)
        recent = recent.subtracting(uids)
        savedResult = savedResult.subtracting(uids)
        return dialect.tellsVanished ? .vanished(uids) : .sequenceNumbers(numbers)
    }

    private mutating func takeFlagChanges() -> MailboxViewUpdate.FlagChanges {
        defer { pendingFlags = .none }
        switch pendingFlags {
        case .none: return .none
        case .since(let modSeq): return .since(modSeq)
        case .messages(let changed):
            let messages = changed.sorted { $0.key < $1.key }.compactMap { uid, modSeq in
                index.sequenceNumber(of: uid).map {
                    MailboxViewUpdate.ChangedMessage(number: $0, uid: uid, modSeq: modSeq)
                }
            }
            return messages.isEmpty ? .none : .messages(messages)
        }
    }

    /// Octets held for the messages, about.
    package var octetCount: Int { index.octetCount }
}
