package import MailCore
internal import Synchronization

/// Tells listeners what is different in the store, after it is durable and can be read, in the order of the commits: each
/// change once, and none of a transaction that was taken back (docs/decisions/0026-the-stream-of-changes.md).
///
/// Whoever wants a state and all that follows subscribes first and reads then: what was committed between the two is
/// told as well as read.
package final class MailChanges: Sendable {
    /// Called on the writer's thread: it must not block, but hop to where it belongs.
    package typealias Receive = @Sendable (MailChange) -> Void

    private struct State {
        var nextNumber = 0
        /// What each listener wants to hear.
        var accounts: [Int: Set<AccountID>] = [:]
        var listeners: [AccountID: [Int: Receive]] = [:]
        /// Those who hear of all accounts.
        var generalists: [Int: Receive] = [:]

        /// Accounts that somebody listens to, one more for those who listen to all.
        var heardCount: Int { listeners.count + (generalists.isEmpty ? 0 : 1) }
    }

    private let state = Mutex(State())
    /// How many accounts somebody listens to; without any the writer does not lock.
    private let heardAccounts = Atomic(0)

    /// Nobody listens.
    init() {}

    /// A listener, until it is cancelled.
    package final class Subscription: Sendable {
        private let changes: MailChanges
        private let number: Int
        private let receive: Receive

        fileprivate init(_ changes: MailChanges, _ number: Int, _ receive: @escaping Receive) {
            self.changes = changes
            self.number = number
            self.receive = receive
        }

        deinit { cancel() }

        /// From now on the listener hears of these accounts.
        package func update(accounts: Set<AccountID>) { changes.listen(number, to: accounts, receive) }

        /// From now on the listener hears nothing, but for what is being told at this moment.
        package func cancel() { changes.listen(number, to: [], receive) }
    }

    /// Tells `receive` all that changes in these accounts' mailboxes from now on, while the subscription is kept.
    package func subscribe(
        to accounts: Set<AccountID>, _ receive: @escaping Receive
    ) -> Subscription {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        listen(number, to: accounts, receive)
        return Subscription(self, number, receive)
    }

    /// Tells `receive` all that changes, whosever it is, while the subscription is kept. For what is not urgent: rows of
    /// deliveries stay hidden for their time.
    package func subscribeToAll(_ receive: @escaping Receive) -> Subscription {
        let number = state.withLock { state in
            state.nextNumber += 1
            state.generalists[state.nextNumber] = receive
            heardAccounts.store(state.heardCount, ordering: .sequentiallyConsistent)
            return state.nextNumber
        }
        return Subscription(self, number, receive)
    }

    private func listen(_ number: Int, to accounts: Set<AccountID>, _ receive: @escaping Receive) {
        state.withLock { state in
            state.generalists[number] = nil
            let before = state.accounts[number] ?? []
            for account in before.subtracting(accounts) {
                state.listeners[account]?[number] = nil
                if state.listeners[account]?.isEmpty == true { state.listeners[account] = nil }
            }
            for account in accounts.subtracting(before) { state.listeners[account, default: [:]][number] = receive }
            state.accounts[number] = accounts.isEmpty ? nil : accounts
            heardAccounts.store(state.heardCount, ordering: .sequentiallyConsistent)
        }
    }

    /// Whether somebody waits for any of the changes.
    func isHeard(_ changes: [MailChange]) -> Bool {
        guard heardAccounts.load(ordering: .sequentiallyConsistent) > 0 else { return false }
        return state.withLock { state in changes.contains { state.listeners[$0.account] != nil } }
    }

    /// Tells the listeners. On the writer's thread only, so that all hear the same order.
    func tell(_ changes: [MailChange]) {
        guard !changes.isEmpty, heardAccounts.load(ordering: .sequentiallyConsistent) > 0 else { return }
        for change in changes {
            // Outside of the lock: a listener may cancel itself.
            let listeners = state.withLock { state in
                Array(state.generalists.values) + Array((state.listeners[change.account] ?? [:]).values)
            }
            for receive in listeners { receive(change) }
        }
    }
}
