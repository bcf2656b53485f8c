internal import MailCore
internal import Synchronization

/// The accounts whose mailboxes were counted; those that nobody asked for the longest are forgotten when it is too much.
final class AccountCountingCache: Sendable {
    private struct State {
        var accounts: [AccountID: (counting: AccountCounting, usedAt: UInt64, emails: Int)] = [:]
        var clock: UInt64 = 0
    }

    private let emailsMax: Int
    private let state = Mutex(State())

    init(emailsMax: Int) { self.emailsMax = emailsMax }

    subscript(_ account: AccountID) -> AccountCounting {
        state.withLock { state in
            state.clock += 1
            let known = state.accounts[account] ?? (AccountCounting(), 0, 0)
            state.accounts[account] = (known.counting, state.clock, known.emails)
            return known.counting
        }
    }

    /// Notes how much an account takes.
    func note(_ emails: Int, _ account: AccountID) {
        state.withLock { state in
            guard state.accounts[account] != nil else { return }
            state.accounts[account]?.emails = emails
            var all = state.accounts.values.reduce(0) { $0 + $1.emails }
            guard all > emailsMax else { return }
            for (account, known) in state.accounts.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
                guard all > emailsMax / 2 else { return }
                all -= known.emails
                state.accounts[account] = nil
            }
        }
    }
}
