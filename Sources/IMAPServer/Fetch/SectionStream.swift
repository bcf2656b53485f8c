internal import MailCore
internal import NIOCore
internal import Storage

/// The octets of a large section on their way to a client, which may take hours.
struct SectionStream: Sendable {
    private let email: EmailID
    /// Where the message stands, until a compaction moves it.
    private var content: CheckedOctets
    private var reader: SectionReader
    /// How many octets the client was told of.
    let octetCount: UInt64

    init(_ email: EmailID, _ content: CheckedOctets, _ reader: SectionReader, octetCount: UInt64) {
        self.email = email
        self.content = content
        self.reader = reader
        self.octetCount = octetCount
    }

    /// The next octets, on a thread that may block; nil at the end.
    mutating func next(_ store: Store, in transaction: SQLTransaction) throws -> ByteBuffer? {
        var reader = reader
        defer { self.reader = reader }
        return try reader.next { range in
            do {
                return try content.read(range, in: store)
            } catch {
                guard case .large(let before) = content, let now = try transaction.content(of: email),
                    now.position != before.position, now.count == before.count, now.checksum == before.checksum
                else { throw error }
                content = .large(now)
                return try store.octetsBlocking(now, range)
            }
        }
    }
}
