internal import InternetMessage
internal import MailCore
package import NIOCore
internal import Storage

/// A blob that was found, with what is needed to read it.
package struct JMAPBlob: Sendable {
    enum Source: Sendable {
        /// Header lines of the copy, and the stored octets behind them.
        case message(EmailID, prefix: [UInt8], StoredOctets)
        /// Octets of the stored message, and how they are encoded.
        case part(EmailID, StoredOctets, Range<Int64>, ContentTransferEncoding)
        case upload(MessageBody)
    }

    let source: Source
    /// The type that it was uploaded with; nil for what is a message's.
    package let type: String?
    private let store: Store
    private let pieceOctets: Int64

    init(_ source: Source, type: String? = nil, store: Store, limits: JMAPBlobLimits) {
        self.source = source
        self.type = type
        self.store = store
        pieceOctets = limits.pieceOctets
    }

    /// How many octets there are; nil where it takes decoding to know.
    package var knownCount: Int64? {
        switch source {
        case .message(_, let prefix, let content): Int64(prefix.count) + content.count
        case .part(_, _, let range, let encoding):
            encoding.isIdentity ? range.upperBound - range.lowerBound : nil
        case .upload(let body): body.count
        }
    }

    /// How many octets there are.
    package func count() async throws -> Int64 {
        if let knownCount { return knownCount }
        var count: Int64 = 0
        try await forEachPiece { count += Int64($0.readableBytes) }
        return count
    }

    /// Hands over the octets in pieces of bounded size, each when the one before was dealt with.
    package nonisolated(nonsending) func forEachPiece(
        _ body: nonisolated(nonsending) (ByteBuffer) async throws -> Void
    ) async throws {
        switch source {
        case .message(let email, let prefix, let content):
            if !prefix.isEmpty { try await body(ByteBuffer(bytes: prefix)) }
            try await forEachPiece(of: email, content, 0..<content.count, body)
        case .upload(let upload):
            var offset: Int64 = 0
            while offset < upload.count {
                let range = offset..<min(upload.count, offset + pieceOctets)
                try await body(try await store.work { try upload.octetsBlocking(range) })
                offset = range.upperBound
            }
        case .part(let email, let content, let range, let encoding):
            guard !encoding.isIdentity else { return try await forEachPiece(of: email, content, range, body) }
            var decoder = ContentDecoder(encoding: encoding)
            try await forEachPiece(of: email, content, range) { piece in
                var decoded: [UInt8] = []
                decoder.decode([UInt8](piece.readableBytesView).span, into: &decoded)
                if !decoded.isEmpty { try await body(ByteBuffer(bytes: decoded)) }
            }
            var rest: [UInt8] = []
            decoder.finish(into: &rest)
            if !rest.isEmpty { try await body(ByteBuffer(bytes: rest)) }
        }
    }

    /// Stored octets. A compaction may move the message meanwhile: then the rest comes from its new place.
    private nonisolated(nonsending) func forEachPiece(
        of email: EmailID, _ content: StoredOctets, _ whole: Range<Int64>,
        _ body: nonisolated(nonsending) (ByteBuffer) async throws -> Void
    ) async throws {
        var content = content
        var offset = whole.lowerBound
        while offset < whole.upperBound {
            let range = offset..<min(whole.upperBound, offset + pieceOctets)
            let piece: ByteBuffer
            do {
                piece = try await store.octets(content, range)
            } catch {
                let moved = try await store.read { try $0.content(of: email) }
                guard let moved, moved.position != content.position, moved.count == content.count,
                    moved.checksum == content.checksum
                else { throw error }
                content = moved
                piece = try await store.octets(content, range)
            }
            try await body(piece)
            offset = range.upperBound
        }
    }

    /// All octets at once; nil when there are more than `most`.
    package func octets(most: Int64) async throws -> [UInt8]? {
        if let knownCount, knownCount > most { return nil }
        var octets: [UInt8] = []
        var isTooLarge = false
        do {
            try await forEachPiece { piece in
                guard Int64(octets.count + piece.readableBytes) <= most else {
                    isTooLarge = true
                    throw TooLarge()
                }
                octets.append(contentsOf: piece.readableBytesView)
            }
        } catch is TooLarge {}
        return isTooLarge ? nil : octets
    }

    private struct TooLarge: Error {}
}
