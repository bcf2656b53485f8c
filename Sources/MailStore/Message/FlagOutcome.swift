package import MailCore

/// What a change of flags came to.
package struct FlagOutcome: Hashable, Sendable {
    /// A message as it is after the change.
    package struct Message: Hashable, Sendable {
        /// Whether the change made a difference; what did not change has its old MODSEQ.
        package enum Difference: Hashable, Sendable {
            case changed
            case unchanged
        }

        package let uid: UID
        package let flags: SystemFlags
        /// As written, sorted.
        package let keywords: [String]
        package let modSeq: ModSeq
        package let difference: Difference
    }

    /// The messages that were there and that UNCHANGEDSINCE let through, ascending.
    package var messages: [Message] = []
    /// Those that were changed after UNCHANGEDSINCE, and stay as they are (RFC 7162 §3.1.3 MODIFIED).
    package var modified = UIDSet()

    /// Messages that are different.
    package var changed: UIDSet {
        var changed = UIDSet()
        for message in messages where message.difference == .changed { changed.append(message.uid) }
        return changed
    }
}
