internal import Glibc
internal import NIOCore

/// A copy of the store that opens like the store itself, taken while it is in use.
extension Store {
    /// Copies database and log to a folder that does not exist yet.
    ///
    /// The database is copied first, in one snapshot; the log then holds all that it refers to, and a little more, which
    /// opening the copy replays. No segment goes meanwhile, and of the last one only what is confirmed by then is copied:
    /// what the writer is about to append it may take back.
    ///
    /// - Parameter progress: called with the octets copied and those to copy.
    public func backUp(to target: String, progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in })
        async throws
    {
        guard await maintenance.acquire() else {
            throw StorageError(.inUse, "another compaction, check or backup is running; try again when it has ended")
        }
        do {
            try await copy(to: target, progress)
            await maintenance.release()
        } catch {
            await maintenance.release()
            throw error
        }
    }

    private func copy(to target: String, _ progress: @escaping @Sendable (Int64, Int64) -> Void) async throws {
        guard mkdir(target, 0o700) == 0 else { throw StorageError.system("make folder", target) }
        try Folder.make(StoreFiles.log(target))
        let source = databasePath
        try await work {
            let connection = try SQLiteConnection(path: source, access: .readWrite)
            try connection.run(composed: "VACUUM INTO ?1", [.text(StoreFiles.database(target))]) { _ in }
            try File(StoreFiles.database(target), .readWriteCreate).synchronize()
        }
        let copies = SegmentFiles(folder: StoreFiles.log(target))
        var sizes: [(segment: Int64, size: Int64)] = []
        let end = await confirmedEnd()
        for segment in try segments.list() where segment <= end.segment {
            sizes.append((segment, segment == end.segment ? end.offset : try segments.file(segment).size()))
        }
        let total = sizes.reduce(0) { $0 + $1.size }
        var done: Int64 = 0
        for (segment, size) in sizes {
            let from = try segments.file(segment)
            let to = try copies.create(segment)
            var offset: Int64 = 0
            while offset < size {
                let piece = min(1 << 20, size - offset)
                let at = offset
                try await work {
                    let octets = try from.read(count: Int(piece), at: at)
                    try octets.withUnsafeReadableBytes { try to.write($0, at: at) }
                }
                offset += piece
                done += piece
                progress(done, total)
            }
            try await work { try to.synchronize() }
        }
        try copies.synchronizeNames()
        try Folder.synchronize(target)
    }
}
