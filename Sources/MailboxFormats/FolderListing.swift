internal import Glibc

/// What stands in a folder of the file system.
enum FolderListing {
    /// The names without `.` and `..`, in order.
    static func names(_ path: String) throws(MailFileError) -> [String] {
        guard let folder = opendir(path) else { throw .system(operation: "open", path: path, errno: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a folder for its owner alone; one that is there is fine.
    static func make(_ path: String) throws(MailFileError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .system(operation: "make folder", path: path, errno: errno)
        }
    }

    /// Puts the names in a folder on disk.
    static func synchronize(_ path: String) throws(MailFileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", path: path, errno: errno) }
    }
}
