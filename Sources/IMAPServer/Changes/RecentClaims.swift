internal import MailCore
internal import Synchronization

/// Which session was the first to be told of a message that came while several had its mailbox open: for that one it is
/// `\Recent`, for the others it is not (RFC 3501 §2.3.2). The store knows of those that were told when a mailbox was
/// opened.
package final class RecentClaims: Sendable {
    private let claimed = Mutex<[MailboxKey: UInt32]>([:])

    /// Nothing has been told.
    package init() {}

    /// Those of the messages that no session was told of; now one was.
    func claim(_ uids: UIDSet, in key: MailboxKey) -> UIDSet {
        guard let last = uids.last else { return uids }
        return claimed.withLock { claimed in
            let before = claimed[key] ?? 0
            claimed[key] = max(before, last.rawValue)
            return uids.above(before)
        }
    }

    /// Those of the messages that no session was told of.
    func unclaimed(_ uids: UIDSet, in key: MailboxKey) -> UIDSet {
        uids.above(claimed.withLock { $0[key] ?? 0 })
    }

    /// The store itself knows now that all up to here are told.
    func forget(_ key: MailboxKey, below uidNext: UInt32) {
        claimed.withLock { claimed in
            if let highest = claimed[key], highest < uidNext { claimed[key] = nil }
        }
    }
}

extension UIDSet {
    fileprivate func above(_ uid: UInt32) -> UIDSet {
        guard uid > 0 else { return self }
        return subtracting(UIDSet(UID(rawValue: 1)...UID(rawValue: uid)))
    }
}
