internal import MailCore
internal import Synchronization

/// How many sessions each account has, on all listeners together.
package final class AccountConnections: Sendable {
    private let counts = Mutex<[AccountID: Int]>([:])
    private let perAccountMax: Int

    /// None is counted yet.
    package init(perAccountMax: Int) {
        self.perAccountMax = perAccountMax
    }

    /// Whether the account may have one more, which then is counted.
    func admit(_ account: AccountID) -> Bool {
        counts.withLock { counts in
            let count = counts[account] ?? 0
            guard count < perAccountMax else { return false }
            counts[account] = count + 1
            return true
        }
    }

    /// A session that was admitted is over.
    func release(_ account: AccountID) {
        counts.withLock { counts in
            let left = (counts[account] ?? 1) - 1
            counts[account] = left > 0 ? left : nil
        }
    }
}
