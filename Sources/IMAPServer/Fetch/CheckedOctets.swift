internal import MailCore
internal import NIOCore
internal import Storage
internal import Synchronization

/// A stored message whose octets were compared with their checksum: what is read from it is what was accepted.
enum CheckedOctets: Sendable {
    /// All of them, in memory.
    case whole(ByteBuffer)
    /// Too many to be held; read from the log a piece at a time.
    case large(StoredOctets)
    /// They are not what was written, or nobody knows where they are.
    case damaged

    /// Messages of more octets are not held in memory.
    static let wholeOctetsMax: Int64 = 1 << 20

    /// Reads messages, on a thread that may block; neighbours in the log come together.
    static func read(
        _ contents: [StoredOctets?], in store: Store, _ checked: CheckedMessages
    ) -> [CheckedOctets] {
        let small = contents.compactMap { content in
            content.flatMap { $0.count <= wholeOctetsMax ? $0 : nil }
        }
        var wholes = wholes(small, in: store)[...]
        return contents.map { content in
            guard let content else { return .damaged }
            if content.count <= wholeOctetsMax {
                return wholes.popFirst().flatMap { $0.map(CheckedOctets.whole) } ?? .damaged
            }
            return checked.isIntact(content, in: store) ? .large(content) : .damaged
        }
    }

    /// One that the disk does not give back is damaged, not its neighbours.
    private static func wholes(_ contents: [StoredOctets], in store: Store) -> [ByteBuffer?] {
        if let octets = try? store.octetsBlocking(contents) { return octets }
        return contents.map { try? store.octetsBlocking($0, 0..<$0.count) }
    }

    /// Octets of the message.
    func read(_ range: Range<Int64>, in store: Store) throws -> ByteBuffer {
        switch self {
        case .whole(let octets):
            let start = octets.readerIndex + Int(clamping: range.lowerBound)
            guard let slice = octets.getSlice(at: start, length: range.count) else {
                throw StorageError(.corrupt, "a part that leads out of its message")
            }
            return slice
        case .large(let content): return try store.octetsBlocking(content, range)
        case .damaged: throw StorageError(.corrupt, "a damaged message")
        }
    }
}

/// The large messages that a session compared with their checksums lately: who reads one piece by piece, a command for each
/// piece, has it compared once.
final class CheckedMessages: Sendable {
    private let known = Mutex<[StoredOctets]>([])

    private static let knownMax = 64

    /// Whether the message is what was written. On a thread that may block.
    func isIntact(_ content: StoredOctets, in store: Store) -> Bool {
        if known.withLock({ $0.contains(content) }) { return true }
        guard let isIntact = try? store.isIntactBlocking(content), isIntact else { return false }
        known.withLock { known in
            if known.count >= Self.knownMax { known.removeFirst() }
            known.append(content)
        }
        return true
    }
}
