internal import IMAP
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// The octets that an IMAP URL means, piece by piece (RFC 4469 §3).
struct SectionOctets: Sendable {
    private let store: Store
    private var stream: SectionStream
    /// How many there are.
    var octetCount: UInt64 { stream.octetCount }

    /// Why there are none.
    enum Failure: Error, Hashable, Sendable {
        /// No such message, or it has no such section.
        case notThere
        /// The message is not what was written.
        case damaged
    }

    fileprivate init(_ stream: SectionStream, in store: Store) {
        self.stream = stream
        self.store = store
    }

    /// The next octets, at most 256 KiB or as many as memory holds already; nil at the end.
    mutating func next() async throws -> ByteBuffer? {
        let (stream, store) = (stream, store)
        let (rest, octets) = try await store.read { transaction in
            var stream = stream
            let octets = try stream.next(store, in: transaction)
            return (stream, octets)
        }
        self.stream = rest
        return octets
    }
}

extension Store {
    /// The octets of a section of a message, as `BODY[…]<…>` would tell them. The caller has seen to the right to read.
    ///
    /// - Throws: `SectionOctets.Failure`, `StorageError`.
    func sectionOctets(
        _ key: MailboxKey, _ uid: UID, _ section: SectionSpecification, _ range: OctetRange?, _ checked: CheckedMessages
    ) async throws -> SectionOctets {
        let stream = try await read { transaction in
            var stream: SectionStream?
            let uids = uid.rawValue...uid.rawValue
            try MailStore.scan(uids, of: key, [.facts, .content], transaction) { row in
                let content =
                    CheckedOctets.read([row.hasContent ? row.content : nil], in: self, checked).first ?? .damaged
                var message = FetchedMessage(row, content, self)
                guard let located = message.locate(section) else {
                    throw message.faults.isEmpty ? SectionOctets.Failure.notThere : .damaged
                }
                let reader = SectionReader(located, SectionTransform(section), range)
                let (count, _) = try message.measure(reader)
                stream = message.stream(reader, octets: count)
                return .enough
            }
            guard let stream else { throw SectionOctets.Failure.notThere }
            return stream
        }
        return SectionOctets(stream, in: self)
    }
}
