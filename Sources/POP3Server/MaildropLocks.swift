internal import MailCore
internal import Synchronization

/// Which accounts' maildrops are open: one session each (RFC 1939 §4).
package final class MaildropLocks: Sendable {
    private let held = Mutex<Set<AccountID>>([])

    /// None is held.
    package init() {}

    /// Whether the caller now holds the lock.
    func acquire(_ account: AccountID) -> Bool {
        held.withLock { $0.insert(account).inserted }
    }

    func release(_ account: AccountID) {
        held.withLock { _ = $0.remove(account) }
    }
}
