internal import Glibc
internal import NIOCore

/// An open file, closed when nobody holds it any more; reading and writing at a place need no lock.
final class File: Sendable {
    let path: String
    private let descriptor: CInt

    /// How a file is opened.
    enum Mode {
        case read
        case readWriteCreate
        /// Nameless, in the folder given; gone when closed.
        case temporary
        /// Must not be there yet.
        case readWriteNew
    }

    init(_ path: String, _ mode: Mode) throws(StorageError) {
        let flags: CInt =
            switch mode {
            case .read: O_RDONLY | O_CLOEXEC
            case .readWriteCreate: O_RDWR | O_CREAT | O_CLOEXEC
            case .readWriteNew: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            case .temporary: O_RDWR | CInt(__O_TMPFILE) | O_DIRECTORY | O_CLOEXEC
            }
        let opened = open(path, flags, 0o600)
        guard opened >= 0 else { throw StorageError.system("open", path) }
        self.path = path
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// A file that is gone when closed, also where the file system knows no nameless files.
    static func nameless(in folder: String) throws(StorageError) -> File {
        if let file = try? File(folder, .temporary) { return file }
        let path = "\(folder)/\(UInt64.random(in: 0...UInt64.max))"
        let file = try File(path, .readWriteNew)
        try Folder.remove(file: path)
        return file
    }

    func size() throws(StorageError) -> Int64 {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw StorageError.system("stat", path) }
        return Int64(information.st_size)
    }

    func write(_ octets: UnsafeRawBufferPointer, at offset: Int64) throws(StorageError) {
        var done = 0
        while done < octets.count {
            let count = pwrite(
                descriptor, octets.baseAddress?.advanced(by: done), octets.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StorageError.system("write", path, errno: count == 0 ? ENOSPC : errno) }
            done += count
        }
    }

    /// Fills the buffer.
    func read(into octets: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) {
        let count = try readSome(into: octets, at: offset)
        guard count == octets.count else {
            throw StorageError(.corrupt, "read \(path): it ends at \(offset + Int64(count))")
        }
    }

    /// Fills the buffer as far as the file goes.
    func readSome(into octets: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) -> Int {
        var done = 0
        while done < octets.count {
            let count = pread(
                descriptor, octets.baseAddress?.advanced(by: done), octets.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StorageError.system("read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The octets at a place, as one buffer.
    func read(count: Int, at offset: Int64) throws(StorageError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        do {
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(count)), at: offset)
                return count
            }
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(.inputOutput, "\(error)")
        }
        return buffer
    }

    /// What cannot be read is passed over in pieces of so many octets.
    static let sectorSize: Int64 = 4096

    /// The same, with zeros for what the disk does not give back.
    func readWhatIsLeft(count: Int, at offset: Int64) throws(StorageError) -> ByteBuffer {
        do {
            return try read(count: count, at: offset)
        } catch  where error.code == .inputOutput {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            var place = offset
            let end = offset + Int64(count)
            while place < end {
                let next = min(end, (place / Self.sectorSize + 1) * Self.sectorSize)
                if let piece = try? read(count: Int(next - place), at: place) {
                    buffer.writeImmutableBuffer(piece)
                } else {
                    buffer.writeRepeatingByte(0, count: Int(next - place))
                }
                place = next
            }
            return buffer
        }
    }

    /// Returns when everything written is on disk.
    func synchronize() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw StorageError.system("fdatasync", path) }
    }

    /// Makes the file so long, with zeros that have their place on the disk, where the file system can do that.
    func reserve(size: Int64) {
        _ = posix_fallocate(descriptor, 0, off_t(size))
    }

    func truncate(to size: Int64) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw StorageError.system("truncate", path) }
    }

    /// Whether this process now holds the file's lock.
    func lock() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Lends the first `count` octets as memory.
    func withMappedBytes<T>(count: Int, _ body: (UnsafeRawBufferPointer) throws -> T) throws -> T {
        guard count > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw StorageError.system("map", path)
        }
        defer { munmap(start, count) }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Folders of the store: private to its user.
enum Folder {
    static func make(_ path: String) throws(StorageError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StorageError.system("make folder", path) }
    }

    /// Makes names that were given or taken in a folder last.
    static func synchronize(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError.system("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError.system("fsync", path) }
    }

    static func names(_ path: String) throws(StorageError) -> [String] {
        guard let stream = opendir(path) else { throw StorageError.system("list", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Gives a file another name in the same folder; on disk when this returns.
    static func rename(_ path: String, to target: String) throws(StorageError) {
        guard Glibc.rename(path, target) == 0 else { throw StorageError.system("rename", path) }
        let folder = target.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try synchronize(folder.isEmpty ? "." : folder)
    }

    static func remove(file path: String) throws(StorageError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw StorageError.system("remove", path) }
    }
}
