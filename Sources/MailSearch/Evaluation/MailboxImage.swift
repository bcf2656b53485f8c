internal import MailCore
internal import MailStore
internal import Storage
internal import Synchronization

/// Which message each number of a mailbox stands for, and which document of the index that is: what never changes once it
/// is known, so that it only has to be added to. Messages that are gone may stay in it.
struct MailboxImage: Sendable {
    /// Ascending.
    private(set) var uids: [UInt32] = []
    private(set) var emails: [Int64] = []
    /// -1 for a message that is not indexed.
    private(set) var documents: [Int32] = []
    private var nextDocument: Int64 = 0
    private var epoch: Int64 = -1

    static let octetsPerMessage = 16

    /// Adds what has come to the mailbox and to the index.
    mutating func update(_ key: MailboxKey, _ index: SearchIndex, _ transaction: SQLTransaction) throws {
        let before = emails.count
        let last = uids.last ?? 0
        if last < UInt32.max {
            let new = UIDSet(UID(rawValue: last + 1)...UID(rawValue: .max))
            try MailStore.rows(of: new, in: key, [], transaction) { row in
                uids.append(row.uid.rawValue)
                emails.append(row.email.rawValue)
                documents.append(-1)
            }
        }
        let numbers = try index.numbers(of: key.account, from: nextDocument, in: epoch, and: emails[before...])
        if numbers.epoch != epoch { documents = [Int32](repeating: -1, count: uids.count) }
        resolve(numbers.documents)
        nextDocument = numbers.next
        epoch = numbers.epoch
    }

    /// Whether it has all messages up to this one, and nothing has come to the index since.
    func isCurrent(_ state: (next: Int64, epoch: Int64), lastUID: UInt32) -> Bool {
        state.next == nextDocument && state.epoch == epoch && (uids.last ?? 0) >= lastUID
    }

    /// Both ascend, but for messages that were moved: then the place is looked for.
    private mutating func resolve(_ known: [(email: Int64, document: Int32)]) {
        var hint = 0
        for place in emails.indices where documents[place] < 0 {
            let email = emails[place]
            if hint < known.count, known[hint].email == email {
                documents[place] = known[hint].document
                hint += 1
                continue
            }
            var (lower, upper) = (0, known.count)
            while lower < upper {
                let middle = lower + (upper - lower) / 2
                if known[middle].email < email { lower = middle + 1 } else { upper = middle }
            }
            if lower < known.count, known[lower].email == email {
                documents[place] = known[lower].document
                hint = lower + 1
            }
        }
    }
}

/// The images of mailboxes that were searched lately.
final class MailboxImages: Sendable {
    private struct Entry {
        var image: MailboxImage
        var lastUse: UInt64
    }

    private struct State {
        var entries: [MailboxKey: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    private let messagesMax: Int

    init(octetsMax: Int) { messagesMax = octetsMax / MailboxImage.octetsPerMessage }

    /// The image of a mailbox as it is, on a thread that may block.
    func image(_ key: MailboxKey, _ index: SearchIndex, lastUID: UInt32, _ transaction: SQLTransaction) throws
        -> MailboxImage
    {
        let known = state.withLock { $0.entries[key]?.image }
        if let known, known.isCurrent(try index.state(key.account), lastUID: lastUID) {
            keep(known, of: key)
            return known
        }
        var image = known ?? MailboxImage()
        try image.update(key, index, transaction)
        keep(image, of: key)
        return image
    }

    private func keep(_ image: MailboxImage, of key: MailboxKey) {
        state.withLock { state in
            state.uses += 1
            state.entries[key] = Entry(image: image, lastUse: state.uses)
            var messages = state.entries.values.reduce(0) { $0 + $1.image.uids.count }
            while messages > messagesMax, state.entries.count > 1,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                messages -= oldest.value.image.uids.count
                state.entries[oldest.key] = nil
            }
        }
    }
}
