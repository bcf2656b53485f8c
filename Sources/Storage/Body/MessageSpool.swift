public import NIOCore
internal import NIOPosix

/// Takes a message in while it arrives: in memory at first, in a nameless file once it is large.
public struct MessageSpool: Sendable {
    private let store: Store
    private var memory = ByteBuffer()
    private var file: File?
    private var fileCount: Int64 = 0
    private var checksum = Checksum()

    init(store: Store) {
        self.store = store
    }

    /// How many octets have come.
    public var count: Int64 { fileCount + Int64(memory.readableBytes) }

    /// Whether `flush` has to be awaited before more is appended.
    public var mustFlush: Bool { memory.readableBytes >= store.limits.spoolMemoryMax }

    /// Takes octets in; never waits.
    public mutating func append(_ octets: ByteBuffer) {
        octets.withUnsafeReadableBytes { checksum.update($0) }
        memory.writeImmutableBuffer(octets)
    }

    /// Moves what is in memory to the file, on a thread that may block.
    public mutating func flush() async throws {
        let target: File
        if let file {
            target = file
        } else {
            let path = store.spoolFolder
            target = try await store.readerThreads.runIfActive { try File.nameless(in: path) }
            file = target
        }
        let octets = memory
        let offset = fileCount
        memory = ByteBuffer()
        try await store.readerThreads.runIfActive {
            try octets.withUnsafeReadableBytes { try target.write($0, at: offset) }
        }
        fileCount += Int64(octets.readableBytes)
    }

    /// The whole message.
    public mutating func finish() async throws -> MessageBody {
        guard file != nil else {
            return MessageBody(place: .memory(memory), count: count, checksum: checksum.value)
        }
        if memory.readableBytes > 0 { try await flush() }
        guard let file else { throw StorageError(.misuse, "a spool without its file") }
        return MessageBody(place: .file(file), count: fileCount, checksum: checksum.value)
    }
}
