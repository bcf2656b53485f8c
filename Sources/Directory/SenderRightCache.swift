import MailCore
import Synchronization

/// What was lately asked of `Directory.mayUse`, so that a message does not wait for the store at its MAIL. Any change of
/// the directory makes all of it void.
final class SenderRightCache: Sendable {
    /// The state of the directory that an answer belongs to.
    struct Generation: Equatable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Key: Hashable {
        var account: AccountID
        var address: EmailAddress
    }

    private struct State {
        var generation: UInt64 = 0
        var rights: [Key: Bool] = [:]
    }

    private let state = Mutex(State())
    private let entriesMax: Int

    init(entriesMax: Int) {
        self.entriesMax = max(1, entriesMax)
    }

    /// To be taken before the store is read.
    var generation: Generation { state.withLock { Generation(number: $0.generation) } }

    /// Called when a change is durable.
    func invalidate() {
        state.withLock { state in
            state.generation &+= 1
            state.rights = [:]
        }
    }

    /// The answer, if it is known.
    func right(_ account: AccountID, _ address: EmailAddress) -> Bool? {
        state.withLock { $0.rights[Key(account: account, address: address)] }
    }

    /// Keeps what was read, unless the directory has changed since; when there is too much of it, all is forgotten.
    func keep(_ right: Bool, for account: AccountID, _ address: EmailAddress, of generation: Generation) {
        state.withLock { state in
            guard generation.number == state.generation else { return }
            if state.rights.count >= entriesMax { state.rights = [:] }
            state.rights[Key(account: account, address: address)] = right
        }
    }
}
