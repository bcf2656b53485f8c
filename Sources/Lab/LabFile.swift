internal import FoundationEssentials
internal import Glibc

/// Files of the lab, for their owner alone.
package enum LabFile {
    /// Octets that a file of ours may have.
    private static let bytesMax = 1 << 20

    /// Writes the file anew.
    package static func write(_ text: String, to path: String) throws(LabError) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw LabError("\(path) can't be written: \(String(cString: strerror(errno)))")
        }
        chmod(path, 0o600)
    }

    /// Makes the folder; what is above it must be there.
    package static func makeFolder(_ path: String) throws(LabError) {
        guard mkdir(path, 0o700) == 0 else {
            throw LabError("the folder \(path) can't be made: \(String(cString: strerror(errno)))")
        }
    }

    /// - Returns: nil when it cannot be read.
    package static func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether something is there.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether it is a folder of this user, and no link to one: in `/tmp` anybody can have made it.
    package static func isOwnFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }

    /// The folder with everything in it.
    package static func removeFolder(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The end of a log.
    package static func lastLines(_ count: Int, of path: String) -> String {
        (read(path) ?? "").split(separator: "\n").suffix(count).joined(separator: "\n")
    }
}
