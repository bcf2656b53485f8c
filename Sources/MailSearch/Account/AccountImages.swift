internal import MailCore
internal import Storage
internal import Synchronization

/// The images of accounts whose mail was listed lately. Whoever asks for one again reads only what has changed since, in a
/// snapshot that is no older: so nothing here can be wrong, however old.
final class AccountImages: Sendable {
    /// One account's image. Its lock is held while it is read, changed or looked through: what takes long (reading
    /// messages) is done outside.
    private final class Entry: Sendable {
        let image = Mutex<AccountImage?>(nil)
    }

    private struct State {
        var entries: [AccountID: (entry: Entry, usedAt: UInt64, octets: Int)] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    private let octetsMax: Int
    private let goneMax: Int

    init(octetsMax: Int, goneMax: Int) {
        self.octetsMax = octetsMax
        self.goneMax = goneMax
    }

    /// Lends the image of an account as it is, on a thread that may block; the transaction has read nothing before.
    func with<T>(
        _ account: AccountID, _ transaction: SQLTransaction, _ body: (inout AccountImage) throws -> T
    ) throws -> T {
        let entry = entry(account)
        let (value, octets) = try entry.image.withLock { known in
            var image = try current(known.take(), account, transaction)
            defer { known = image }
            let value = try body(&image)
            return (value, image.octetsInMemory)
        }
        note(octets, account)
        return value
    }

    private func current(
        _ known: AccountImage?, _ account: AccountID, _ transaction: SQLTransaction
    ) throws -> AccountImage {
        if var image = known {
            do {
                try image.follow(account, in: transaction, goneMax: goneMax)
                return image
            } catch AccountImage.FollowFailure.unknown {
                // Anew.
            } catch AccountImage.FollowFailure.store(let error) {
                throw error
            }
        }
        return try AccountImage(reading: account, in: transaction)
    }

    private func entry(_ account: AccountID) -> Entry {
        state.withLock { state in
            state.uses += 1
            if let known = state.entries[account] {
                state.entries[account]?.usedAt = state.uses
                return known.entry
            }
            let entry = Entry()
            state.entries[account] = (entry, state.uses, 0)
            return entry
        }
    }

    /// Forgets the images that were not asked for the longest when there is too much; that of who asks stays.
    private func note(_ octets: Int, _ account: AccountID) {
        state.withLock { state in
            state.entries[account]?.octets = octets
            var sum = state.entries.values.reduce(0) { $0 + $1.octets }
            guard sum > octetsMax else { return }
            for (other, known) in state.entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
                guard sum > octetsMax, other != account else { continue }
                sum -= known.octets
                state.entries[other] = nil
            }
        }
    }

    /// Octets that are remembered, about.
    var octets: Int { state.withLock { $0.entries.values.reduce(0) { $0 + $1.octets } } }
}
