internal import InternetMessage
internal import JMAP
internal import MailCore
internal import NIOCore
internal import Storage

/// The attachments of a message as one zip.
struct AttachmentArchive: Sendable {
    /// A file of it.
    private struct File: Sendable {
        let name: String
        let blob: JMAPBlob
        let type: String
    }

    private let files: [File]
    private let limits: JMAPBlobLimits
    private let seconds: Int64

    /// Finds the attachments of a message that the account has; nil where it has none such.
    init?(_ email: EmailID, of account: AccountID, _ blobs: JMAPBlobs, seconds: Int64) async throws {
        guard let blob = try await blobs.find(JMAPBlobID.message(email).id, of: account),
            case .message(_, _, let content) = blob.source
        else { return nil }
        limits = blobs.limits
        self.seconds = seconds
        let (store, limits) = (blobs.store, limits)
        files = try await store.read { transaction in
            guard let index = try blobs.partIndex(of: email, content, in: transaction) else { return [] }
            var names = UniqueNames()
            var files: [File] = []
            var octets: Int64 = 0
            for entry in index.entries where entry.kind != .multipart && entry.parent != nil {
                guard Self.isInMultipart(entry, index), files.count < limits.zipFilesMax else { continue }
                let range = Self.range(entry.body, content)
                octets += range.upperBound - range.lowerBound
                guard octets <= limits.zipOctetsMax,
                    let found = try Self.attachment(entry, content, store)
                else { continue }
                let encoding = entry.kind == .leaf ? entry.encoding : .binary
                files.append(
                    File(
                        name: names.take(found.name),
                        blob: JMAPBlob(.part(email, content, range, encoding), store: store, limits: limits),
                        type: found.type))
            }
            return files
        }
    }

    /// What is in a message within belongs to that.
    private static func isInMultipart(_ entry: PartIndex.Entry, _ index: PartIndex) -> Bool {
        var parent = entry.parent
        while let place = parent {
            guard index.entries[place].kind == .multipart || index.entries[place].parent == nil else { return false }
            parent = index.entries[place].parent
        }
        return true
    }

    private static func range(_ range: ByteRange, _ content: StoredOctets) -> Range<Int64> {
        let end = min(Int64(range.upperBound), content.count)
        return min(Int64(range.lowerBound), end)..<end
    }

    /// The name and the type of a part that is an attachment; nil of one that is the message's own text.
    private static func attachment(
        _ entry: PartIndex.Entry, _ content: StoredOctets, _ store: Store
    ) throws -> (name: String, type: String)? {
        let header = range(entry.header, content)
        guard header.count <= 1 << 20 else { return nil }
        let octets = try store.octetsBlocking(content, header)
        let part = octets.withUnsafeReadableBytes { ParsedMessage(parsing: $0).describe(0, in: $0) }
        let isText = part.mediaType == "text/plain" || part.mediaType == "text/html"
        guard part.disposition == "attachment" || part.fileName != nil || !isText else { return nil }
        let fallback = entry.kind == .message ? "message.eml" : "attachment"
        return (part.fileName ?? fallback, part.mediaType)
    }

    /// Writes the archive in pieces.
    nonisolated(nonsending) func write(_ put: nonisolated(nonsending) (ByteBuffer) async throws -> Void) async throws {
        var zip = ZipWriter(seconds: seconds)
        for file in files {
            if let octets = try await file.blob.octets(most: limits.deflatedOctetsMax) {
                var checksum = Checksum()
                checksum.update(octets)
                let deflated = ZipWriter.deflated(octets)
                let stored = deflated ?? octets
                try await put(
                    zip.begin(
                        .init(
                            name: file.name, checksum: checksum.value, count: Int64(octets.count),
                            storedCount: Int64(stored.count), method: deflated == nil ? .stored : .deflated)))
                if !stored.isEmpty { try await put(ByteBuffer(bytes: stored)) }
                continue
            }
            // Read twice, so that its header can tell its length: some programs read none that stands behind the octets.
            var checksum = Checksum()
            var count: Int64 = 0
            try await file.blob.forEachPiece { piece in
                checksum.update(piece)
                count += Int64(piece.readableBytes)
            }
            try await put(
                zip.begin(
                    .init(
                        name: file.name, checksum: checksum.value, count: count, storedCount: count, method: .stored)))
            try await file.blob.forEachPiece(put)
        }
        try await put(zip.end())
    }
}

/// Names of which no two are the same, on file systems too that know no letters' case.
struct UniqueNames {
    private var taken: Set<String> = []

    /// The name, with a number where it is taken: `a.pdf`, `a (2).pdf`.
    mutating func take(_ written: String) -> String {
        let name = FileNameText(written, fallback: "attachment").text
        var candidate = name
        var number = 2
        while !taken.insert(candidate.lowercased()).inserted {
            let dot = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
            candidate = "\(name[..<dot]) (\(number))\(name[dot...])"
            number += 1
        }
        return candidate
    }
}
