internal import InternetMessage
internal import MailCore
internal import MailQueue
internal import NIOCore
internal import SMTP
internal import Storage
internal import Synchronization

/// A message on its way out: the stored octets, or what was made of them, with signatures before them.
struct OutgoingMessage: Sendable {
    /// Where the octets are.
    private enum Source: Sendable {
        case stored
        case converted([UInt8])
    }

    private let store: Store
    private let content: StoredOctets
    private var source = Source.stored
    /// What it is made of.
    private(set) var body: EnvelopeParameters.BodyType
    /// Fields that are put on top of it, each with its line end.
    var signatures: [[UInt8]] = []

    init(_ item: QueueItem, _ store: Store) {
        self.store = store
        content = item.content
        body = item.parameters.body
    }

    /// Octets that will be sent, before dots are stuffed.
    var sizeOctets: Int64 {
        let own: Int64 =
            switch source {
            case .stored: content.count
            case .converted(let octets): Int64(octets.count)
            }
        return own + Int64(signatures.reduce(0) { $0 + $1.count })
    }

    /// Makes it what the server takes (RFC 6152 §3, RFC 3030 §3).
    ///
    /// - Throws: `TransportObstacle`, `StorageError`.
    mutating func prepare(for capabilities: SMTPCapabilities) async throws {
        let widest: EnvelopeParameters.BodyType =
            if capabilities.extensions.isSuperset(of: [.binaryMIME, .chunking]) {
                .binaryMIME
            } else if capabilities.extensions.contains(.eightBitMIME) {
                .eightBitMIME
            } else {
                .sevenBit
            }
        guard body.rawValue > widest.rawValue else { return }
        let (store, content) = (store, content)
        let octets = try await store.work { () throws -> [UInt8] in
            let octets = Array(try store.octetsBlocking(content, 0..<content.count).readableBytesView)
            return try BodyConversion(widest: widest).edits(of: octets).applied(to: octets)
        }
        source = .converted(octets)
        body = widest
    }

    /// The next octets, counted from the message's first, without signatures; empty at its end.
    func octets(from offset: Int64) async throws -> ByteBuffer {
        switch source {
        case .stored:
            let end = min(content.count, offset + Self.pieceOctets)
            return offset < end ? try await store.octets(content, offset..<end) : ByteBuffer()
        case .converted(let octets):
            let end = min(octets.count, Int(offset + Self.pieceOctets))
            return Int(offset) < end ? ByteBuffer(bytes: octets[Int(offset)..<end]) : ByteBuffer()
        }
    }

    private static let pieceOctets: Int64 = 256 << 10

    /// Hands the whole out, piece by piece.
    func reader() -> Reader { Reader(self) }

    /// Where a transmission is; one task asks for the pieces, one after the other.
    final class Reader: Sendable {
        private let message: OutgoingMessage
        private let state = Mutex(State())

        private struct State {
            var isBegun = false
            var offset: Int64 = 0
        }

        init(_ message: OutgoingMessage) {
            self.message = message
        }

        /// The next piece, nil behind the last.
        func next() async throws -> ByteBuffer? {
            let (isFirst, offset) = state.withLock { state in
                defer { state.isBegun = true }
                return (!state.isBegun, state.offset)
            }
            let octets = try await message.octets(from: offset)
            state.withLock { $0.offset += Int64(octets.readableBytes) }
            guard isFirst, !message.signatures.isEmpty else { return octets.readableBytes > 0 ? octets : nil }
            var piece = ByteBuffer()
            for signature in message.signatures { piece.writeBytes(signature) }
            piece.writeImmutableBuffer(octets)
            return piece
        }
    }
}
