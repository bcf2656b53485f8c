package import MailCore

/// What a client is to be told, in this order: expunges, then the mailbox's new size, then flags (RFC 9051 §7.4, §7.5).
/// The view has made the step already.
package struct MailboxViewUpdate: Hashable, Sendable {
    /// Messages that are gone.
    package enum Expunged: Hashable, Sendable {
        case none
        /// In the order in which they are told: the highest first, so that each number is right when it is read.
        case sequenceNumbers([SequenceNumber])
        /// For clients of QRESYNC and UIDONLY.
        case vanished(UIDSet)
    }

    /// Messages whose flags are to be read from the store and told.
    package enum FlagChanges: Hashable, Sendable {
        case none
        /// These, with the number that the client has for each; ascending.
        case messages([ChangedMessage])
        /// Too many to remember: all of the view changed after this.
        case since(ModSeq)
    }

    /// A message whose flags have changed.
    package struct ChangedMessage: Hashable, Sendable {
        /// As the client counts.
        package let number: SequenceNumber
        /// In the store.
        package let uid: UID
        /// At least this.
        package let modSeq: ModSeq
    }

    /// Messages that are gone.
    package let expunged: Expunged
    /// The new number of messages; nil where nothing came.
    package let exists: UInt32?
    /// The new number of recent ones; nil where nothing came, or the dialect knows none.
    package let recent: UInt32?
    /// Flags to be told.
    package let flagChanges: FlagChanges

    /// Whether there is nothing to tell.
    package var isEmpty: Bool { expunged == .none && exists == nil && flagChanges == .none }
}

extension IMAPResponseWriter {
    /// Expunges and sizes. FETCH responses for `flagChanges` follow; the session reads the flags for them.
    package mutating func changes(_ update: MailboxViewUpdate) {
        switch update.expunged {
        case .none: break
        case .sequenceNumbers(let numbers): for number in numbers { expunge(number) }
        case .vanished(let uids): vanished(uids)
        }
        if let exists = update.exists { self.exists(exists) }
        if let recent = update.recent { self.recent(recent) }
    }
}
