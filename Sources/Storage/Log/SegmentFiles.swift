internal import Synchronization

/// The segments' files by number: opened once, shared by all readers, closed when a segment goes.
final class SegmentFiles: Sendable {
    let folder: String
    private let open = Mutex<[Int64: File]>([:])

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

    /// A segment for appending; a new one's name is on disk when this returns.
    func create(_ segment: Int64) throws(StorageError) -> File {
        let file = try File(path(segment), .readWriteCreate)
        try Folder.synchronize(folder)
        open.withLock { $0[segment] = file }
        return file
    }

    /// A segment for reading.
    func file(_ segment: Int64) throws(StorageError) -> File {
        if let file = open.withLock({ $0[segment] }) { return file }
        let file = try File(path(segment), .read)
        open.withLock { $0[segment] = file }
        return file
    }

    /// Unlinks a segment; who reads from it still can.
    func remove(_ segment: Int64) throws(StorageError) {
        open.withLock { _ = $0.removeValue(forKey: segment) }
        try Folder.remove(file: path(segment))
    }
}
