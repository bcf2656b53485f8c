internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Clients that collect a maildrop ask for one message after the other. From the second in a row on, those that follow are
/// read together, and the next ones meanwhile.
struct MaildropReadAhead {
    private typealias Batch = [Int: OpenedMessage]

    private var ready: Batch = [:]
    private var coming: (range: Range<Int>, read: StoreReadAhead<Batch>)?
    private var last = -2

    /// Octets read at once. A session that collects holds up to twice as many.
    private static let batchOctetsMax: Int64 = 256 << 10
    /// Messages read at once.
    private static let batchMessagesMax = 128

    /// The message at an index, if it was read ahead and is whole; nil when it has to be opened by itself.
    nonisolated(nonsending)
        mutating func message(_ index: Int, of maildrop: POP3Session.OpenMaildrop, in store: Store) async
        -> OpenedMessage?
    {
        let isNext = index == last + 1
        last = index
        if let message = ready.removeValue(forKey: index) { return message }
        guard isNext else {
            ready = [:]
            coming = nil
            return nil
        }
        if coming?.range.contains(index) != true { begin(at: index, of: maildrop, in: store) }
        guard let arriving = coming, let batch = try? await arriving.read.value() else {
            coming = nil
            return nil
        }
        ready = batch
        coming = nil
        if arriving.range.upperBound < maildrop.messages.count {
            begin(at: arriving.range.upperBound, of: maildrop, in: store)
        }
        return ready.removeValue(forKey: index)
    }

    private mutating func begin(at index: Int, of maildrop: POP3Session.OpenMaildrop, in store: Store) {
        var end = index
        var octets: Int64 = 0
        while end < maildrop.messages.count, end - index < Self.batchMessagesMax {
            octets += maildrop.messages[end].octets
            if end > index, octets > Self.batchOctetsMax { break }
            end += 1
        }
        let range = index..<end
        let wanted = maildrop.messages[range]
        let account = maildrop.account
        coming = (range, store.readAhead { try Self.read(wanted, account, store, $0) })
    }

    /// Large messages are left to be opened by themselves, as are those that are gone or damaged.
    private static func read(
        _ wanted: ArraySlice<MailStore.MessageSummary>, _ account: AccountID, _ store: Store,
        _ transaction: SQLTransaction
    ) throws -> Batch {
        guard let first = wanted.first?.uid, let last = wanted.last?.uid else { return [:] }
        let sources = try MailStore.sources(account, .inbox, first...last, in: transaction)
            .filter { $0.content.count <= batchOctetsMax }
        let octets = try store.octetsBlocking(sources.map(\.content))
        var indexes: [UID: Int] = [:]
        for (index, summary) in zip(wanted.indices, wanted) { indexes[summary.uid] = index }
        var batch: Batch = [:]
        for (source, octets) in zip(sources, octets) {
            guard let octets, let index = indexes[source.uid] else { continue }
            var message = ByteBuffer(bytes: source.prefix)
            message.writeImmutableBuffer(octets)
            batch[index] = OpenedMessage(
                uid: source.uid, content: source.content, first: message, firstCount: source.content.count,
                checksum: Checksum())
        }
        return batch
    }
}
