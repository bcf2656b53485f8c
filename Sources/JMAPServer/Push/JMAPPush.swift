package import MailCore
internal import MailStore
package import Storage
internal import Synchronization

/// Tells clients which types of records have changed (RFC 8620 §7): what the store's changes mean, and what rooms of this
/// target announce.
package final class JMAPPush: Sendable {
    let limits: JMAPPushLimits
    private let store: Store

    private struct State {
        var nextNumber = 0
        var listeners: [AccountID: [Int: @Sendable (JMAPChange) -> Void]] = [:]
    }

    private let state = Mutex(State())

    package init(store: Store, limits: JMAPPushLimits = JMAPPushLimits()) {
        self.store = store
        self.limits = limits
    }

    /// Something that is not the store's mail has changed, and its type's state now is this.
    package func announce(_ type: String, state new: String, of account: AccountID) {
        let listeners = state.withLock { Array(($0.listeners[account] ?? [:]).values) }
        for receive in listeners { receive(JMAPChange(types: [type], states: [type: new])) }
    }

    /// Hears what changes in an account until it is cancelled; nil when too many listen already. What is received is told
    /// on the writer's thread: it must not block.
    func listen(
        to account: AccountID, _ receive: @escaping @Sendable (JMAPChange) -> Void
    ) -> JMAPPushListener? {
        let number: Int? = state.withLock { state in
            guard state.listeners[account, default: [:]].count < limits.listenersMax else { return nil }
            state.nextNumber += 1
            state.listeners[account, default: [:]][state.nextNumber] = receive
            return state.nextNumber
        }
        guard let number else { return nil }
        let subscription = store.changes.subscribe(to: [account]) { change in receive(JMAPChange(change)) }
        return JMAPPushListener(subscription) { [weak self] in self?.forget(number, account) }
    }

    private func forget(_ number: Int, _ account: AccountID) {
        state.withLock { state in
            state.listeners[account]?[number] = nil
            if state.listeners[account]?.isEmpty == true { state.listeners[account] = nil }
        }
    }

    /// Who listens to an account.
    func listenerCount(_ account: AccountID) -> Int { state.withLock { $0.listeners[account]?.count ?? 0 } }

    /// The state of an account's mail.
    func clock(of account: AccountID) async throws -> ModSeq {
        try await store.read { try MailStore.clock(of: account, in: $0) }
    }
}

/// Somebody who listens, until this is cancelled or gone.
final class JMAPPushListener: Sendable {
    private let subscription: MailChanges.Subscription
    private let forget: @Sendable () -> Void

    fileprivate init(_ subscription: MailChanges.Subscription, _ forget: @escaping @Sendable () -> Void) {
        self.subscription = subscription
        self.forget = forget
    }

    deinit { cancel() }

    func cancel() {
        subscription.cancel()
        forget()
    }
}

/// What has changed.
struct JMAPChange: Sendable {
    /// Names of types, such as `Email`.
    var types: Set<String> = []
    /// States of those whose state is not the account's clock.
    var states: [String: String] = [:]

    init(types: Set<String>, states: [String: String] = [:]) {
        self.types = types
        self.states = states
    }

    /// Types whose state is the account's clock.
    static let mail: Set<String> = ["Email", "Thread", "Mailbox", "EmailDelivery"]

    init(_ change: MailChange) {
        switch change {
        case .arrived: types = Self.mail
        case .flags, .expunged, .mailboxDeleted: types = ["Email", "Thread", "Mailbox"]
        case .mailboxCreated, .mailboxRenamed, .mailboxArranged, .subscription, .access: types = ["Mailbox"]
        // Its role (RFC 6154).
        case .metadata(_, _, "/private/specialuse"): types = ["Mailbox"]
        case .metadata: break
        }
    }

    mutating func formUnion(_ other: JMAPChange) {
        types.formUnion(other.types)
        states.merge(other.states) { _, new in new }
    }
}
