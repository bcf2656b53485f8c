internal import Synchronization

/// The segments' files by number: opened when needed, shared by all readers.
///
/// A segment that a compaction removes can still be read for a while, since a reader may have learnt a moment ago that its
/// message stands there: the open file outlives its name.
final class SegmentFiles: Sendable {
    private struct State {
        var open: [Int64: File] = [:]
        var removed: [Int64: (file: File, at: ContinuousClock.Instant)] = [:]
    }

    let folder: String
    private let state = Mutex(State())

    /// Files kept open at one time.
    private static let openMax = 256
    /// How long a removed segment can still be read.
    private static let removedReadable = Duration.seconds(600)

    init(folder: String) {
        self.folder = folder
    }

    func path(_ segment: Int64) -> String {
        let digits = String(segment)
        return "\(folder)/\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).seg"
    }

    /// The numbers of the segments that there are, ascending.
    func list() throws(StorageError) -> [Int64] {
        try Folder.names(folder).compactMap { name in
            name.hasSuffix(".seg") ? Int64(name.dropLast(4)) : nil
        }.sorted()
    }

    /// A segment for appending; a new one's name has to be made to last.
    func create(_ segment: Int64) throws(StorageError) -> File {
        let file = try File(path(segment), .readWriteCreate)
        state.withLock { $0.open[segment] = file }
        return file
    }

    /// Returns when the names of all segments are on disk.
    func synchronizeNames() throws(StorageError) {
        try Folder.synchronize(folder)
    }

    /// A segment for reading.
    ///
    /// - Throws: `notFound` when there is no such segment.
    func file(_ segment: Int64) throws(StorageError) -> File {
        let path = path(segment)
        return try state.withLock { state throws(StorageError) in
            if let file = state.open[segment] ?? state.removed[segment]?.file { return file }
            let file = try File(path, .read)
            while state.open.count >= Self.openMax, let other = state.open.keys.first { state.open[other] = nil }
            state.open[segment] = file
            return file
        }
    }

    /// A segment for reading, or nil when there is no such segment.
    func fileIfThere(_ segment: Int64) throws(StorageError) -> File? {
        do {
            return try file(segment)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Unlinks a segment; who reads from it still can.
    func remove(_ segment: Int64) throws(StorageError) {
        let file = try file(segment)
        let now = ContinuousClock.now
        try Folder.remove(file: path(segment))
        state.withLock { state in
            state.open[segment] = nil
            state.removed[segment] = (file, now)
        }
    }

    /// Lets go of segments removed long ago: only then their space is free.
    func forgetRemoved() {
        let now = ContinuousClock.now
        state.withLock { state in
            state.removed = state.removed.filter { now - $0.value.at < Self.removedReadable }
        }
    }
}
