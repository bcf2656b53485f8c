internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Clients that collect a maildrop ask for one message after the other. From the second in a row on, those that follow are
/// read together, and the next ones meanwhile.
struct MaildropReadAhead {
    /// Messages that were read together, in the maildrop's order; nil where one has to be opened by itself.
    private struct Batch: Sendable {
        var first: Int
        var messages: [OpenedMessage?]

        var end: Int { first + messages.count }

        /// To be taken once: its octets are let go of when they are sent.
        mutating func take(_ index: Int) -> OpenedMessage? {
            guard (first..<end).contains(index) else { return nil }
            defer { messages[index - first] = nil }
            return messages[index - first]
        }
    }

    private var ready = Batch(first: 0, messages: [])
    private var coming: (range: Range<Int>, read: StoreReadAhead<Batch>)?
    private var last = -2

    /// Octets read at once. A session that collects holds up to twice as many.
    private static let batchOctetsMax: Int64 = 256 << 10
    /// Messages read at once.
    private static let batchMessagesMax = 128

    /// The message at an index, if it is here already: whoever asks for it need not wait.
    mutating func messageIfHere(_ index: Int, of maildrop: POP3Session.OpenMaildrop, in store: Store) -> OpenedMessage?
    {
        if let coming, coming.range.contains(index), let batch = coming.read.valueIfRead {
            arrive(batch, of: maildrop, in: store)
        }
        guard let message = ready.take(index) else { return nil }
        last = index
        return message
    }

    /// The message at an index, if it was read ahead and is whole; nil when it has to be opened by itself.
    nonisolated(nonsending)
        mutating func message(_ index: Int, of maildrop: POP3Session.OpenMaildrop, in store: Store) async
        -> OpenedMessage?
    {
        let isNext = index == last + 1
        last = index
        if let message = ready.take(index) { return message }
        guard isNext else {
            ready.messages = []
            coming = nil
            return nil
        }
        if coming?.range.contains(index) != true { begin(at: index, of: maildrop, in: store) }
        guard let arriving = coming, let batch = try? await arriving.read.value() else {
            coming = nil
            return nil
        }
        arrive(batch, of: maildrop, in: store)
        return ready.take(index)
    }

    private mutating func arrive(_ batch: Batch, of maildrop: POP3Session.OpenMaildrop, in store: Store) {
        ready = batch
        coming = nil
        if batch.end < maildrop.messages.count { begin(at: batch.end, of: maildrop, in: store) }
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
        var batch = Batch(first: wanted.startIndex, messages: Array(repeating: nil, count: wanted.count))
        guard let first = wanted.first?.uid, let last = wanted.last?.uid else { return batch }
        let sources = try MailStore.sources(account, .inbox, first...last, in: transaction)
            .filter { $0.content.count <= batchOctetsMax }
        let octets = try store.octetsBlocking(sources.map(\.content))
        var prefixes = ByteBuffer()
        prefixes.reserveCapacity(sources.reduce(0) { $0 + $1.prefix.count })
        var place = wanted.startIndex
        for (source, octets) in zip(sources, octets) {
            let start = prefixes.writerIndex
            prefixes.writeBytes(source.prefix)
            // Both lists ascend; the sources may have messages that came later, and lack some that went.
            while place < wanted.endIndex, wanted[place].uid < source.uid { place += 1 }
            guard place < wanted.endIndex, wanted[place].uid == source.uid, let octets,
                let prefix = prefixes.getSlice(at: start, length: source.prefix.count)
            else { continue }
            batch.messages[place - wanted.startIndex] = OpenedMessage(
                uid: source.uid, content: source.content, prefix: prefix, first: octets,
                firstCount: source.content.count, checksum: Checksum())
        }
        return batch
    }
}
