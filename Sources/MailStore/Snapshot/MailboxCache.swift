internal import MailCore
internal import Synchronization

/// What is remembered of mailboxes that were opened, as they were at a tick of their account's clock: whoever opens one again
/// reads only what changed since, in a snapshot that is no older. So nothing here can be wrong, however old.
final class MailboxCache: Sendable {
    /// A mailbox at a tick.
    struct Entry: Sendable {
        var uidValidity: UIDValidity
        var modSeq: ModSeq
        var uidNext: UInt32
        var flags = MailboxFlags()
        /// All messages below are `\Seen`.
        var unseenFrom: UInt32 = 1
        /// Keywords that messages have, or had since the mailbox was opened first, by their small letters.
        var keywords: [String: String] = [:]

        /// All messages.
        var uids: UIDSet { flags.uids }

        var octets: Int { 512 + flags.octetCount + keywords.count * 96 }
    }

    private struct State {
        var entries: [MailboxKey: (entry: Entry, usedAt: UInt64)] = [:]
        var octets = 0
        var clock: UInt64 = 0
    }

    private let octetsMax: Int
    private let state = Mutex(State())

    init(octetsMax: Int) { self.octetsMax = octetsMax }

    /// The mailbox as it was once. To be asked for before the first read of a transaction, so that this sees no less.
    func entry(_ key: MailboxKey) -> Entry? {
        state.withLock { state in
            state.clock += 1
            state.entries[key]?.usedAt = state.clock
            return state.entries[key]?.entry
        }
    }

    /// Remembers the mailbox, unless a later state of it is known; forgets those that were not asked for the longest when
    /// it is too much.
    func keep(_ entry: Entry, _ key: MailboxKey) {
        state.withLock { state in
            if let known = state.entries[key]?.entry {
                guard known.uidValidity != entry.uidValidity || known.modSeq <= entry.modSeq else { return }
                state.octets -= known.octets
            }
            state.clock += 1
            state.entries[key] = (entry, state.clock)
            state.octets += entry.octets
            if state.octets > octetsMax { Self.shrink(&state, to: octetsMax / 2) }
        }
    }

    private static func shrink(_ state: inout State, to octets: Int) {
        for (key, known) in state.entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
            guard state.octets > octets else { return }
            state.octets -= known.entry.octets
            state.entries[key] = nil
        }
    }

    /// Octets that are remembered, about.
    var octets: Int { state.withLock { $0.octets } }
}
