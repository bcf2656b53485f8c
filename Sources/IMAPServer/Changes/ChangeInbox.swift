internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage
internal import Synchronization

/// Changes to mailboxes on their way from the store's writer to a session's event loop.
///
/// It holds a bounded number: whoever is silent while very much happens is told what came of it instead of each step.
final class ChangeInbox: Sendable {
    /// Which changes are kept.
    enum Interest {
        case nothing
        /// Those of one mailbox.
        case mailbox(MailboxKey)
        /// All that the subscription brings.
        case everything
    }

    /// Whether the session is woken for a change.
    enum Alarm {
        /// It looks when it answers a command.
        case off
        case on
    }

    /// What has come since the inbox was emptied last.
    enum Contents {
        case changes([MailChange])
        /// Too many to hold.
        case tooMany
    }

    private struct State {
        var interest = Interest.nothing
        var alarm = Alarm.off
        var changes: [MailChange] = []
        var isOverfull = false
    }

    private let state = Mutex(State())
    private let waker: ConnectionWaker?
    private let changesMax: Int

    init(waker: ConnectionWaker?, changesMax: Int) {
        self.waker = waker
        self.changesMax = changesMax
    }

    /// What is kept from here on; what is there and does not fit is passed over by the session.
    func listen(to interest: Interest) {
        state.withLock { $0.interest = interest }
    }

    /// Whether the session is woken. What is there already wakes it, too.
    func set(_ alarm: Alarm) {
        let isDue = state.withLock { state in
            state.alarm = alarm
            return alarm == .on && (!state.changes.isEmpty || state.isOverfull)
        }
        if isDue { waker?.wake() }
    }

    /// On the writer's thread.
    func receive(_ change: MailChange) {
        let isDue = state.withLock { state in
            guard state.interest.includes(change) else { return false }
            if state.changes.count < changesMax, !state.isOverfull {
                state.changes.append(change)
            } else {
                state.changes = []
                state.isOverfull = true
            }
            return state.alarm == .on
        }
        if isDue { waker?.wake() }
    }

    /// Empties it.
    func take() -> Contents {
        state.withLock { state in
            let contents: Contents = state.isOverfull ? .tooMany : .changes(state.changes)
            state.changes = []
            state.isOverfull = false
            return contents
        }
    }
}

extension ChangeInbox.Interest {
    fileprivate func includes(_ change: MailChange) -> Bool {
        switch self {
        case .nothing: false
        case .mailbox(let key): change.mailbox == key
        case .everything: true
        }
    }
}

extension MailChange {
    /// The mailbox that it happened to; nil for what is the account's.
    var mailbox: MailboxKey? {
        switch self {
        case .arrived(let key, _, _), .flags(let key, _, _), .expunged(let key, _, _): key
        case .mailboxCreated(let key, _), .mailboxDeleted(let key, _), .mailboxRenamed(let key, _, _): key
        case .access(let key), .mailboxArranged(let key): key
        case .metadata(let key, _, _): key
        case .subscription: nil
        }
    }
}
