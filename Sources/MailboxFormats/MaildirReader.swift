internal import Glibc
internal import MailCore

/// Reads a Maildir with its Maildir++ folders, message by message. Nothing in it is changed.
package struct MaildirReader: ~Copyable {
    private struct Entry {
        let mailbox: String
        let path: String
        let mark: MailFileMark
    }

    private enum Phase {
        /// Before the message of the next entry.
        case between
        /// Within it.
        case message(MailFileMark)
    }

    private var entries: [Entry] = []
    private var nextEntry = 0
    private var phase = Phase.between
    private var source: LineSource?

    /// Looks for messages in the folder and the folders within it whose names begin with a dot.
    package init(path: String) throws(MailFileError) {
        guard FolderListing.isFolder("\(path)/cur") || FolderListing.isFolder("\(path)/new") else {
            throw .notMaildir(path: path)
        }
        var entries = try MaildirReader.entries(path, mailbox: "INBOX")
        for name in try FolderListing.names(path) where name.hasPrefix(".") && name.utf8.count > 1 {
            let folder = "\(path)/\(name)"
            guard FolderListing.isFolder("\(folder)/cur") || FolderListing.isFolder("\(folder)/new") else { continue }
            entries += try MaildirReader.entries(folder, mailbox: MaildirFolderName.mailbox(ofFolder: name))
        }
        self.entries = entries
    }

    /// How many messages there are.
    package var count: Int { entries.count }
    /// How many of them have been begun.
    package var position: Int { nextEntry }

    private static func entries(_ folder: String, mailbox: String) throws(MailFileError) -> [Entry] {
        let keywords = MaildirInfo.keywords(try smallFile("\(folder)/\(MaildirInfo.keywordsFile)"))
        var entries: [(name: String, entry: Entry)] = []
        for part in ["cur", "new"] where FolderListing.isFolder("\(folder)/\(part)") {
            for name in try FolderListing.names("\(folder)/\(part)") where !name.hasPrefix(".") {
                let mark = part == "cur" ? MaildirInfo.mark(ofFile: name, keywords: keywords) : MailFileMark()
                entries.append((name, Entry(mailbox: mailbox, path: "\(folder)/\(part)/\(name)", mark: mark)))
            }
        }
        // Names begin with the time of delivery.
        return entries.sorted { $0.name < $1.name }.map(\.entry)
    }

    private static func smallFile(_ path: String) throws(MailFileError) -> String {
        guard access(path, R_OK) == 0 else { return "" }
        var source = try LineSource(path: path)
        var text = ""
        while text.utf8.count < 65536, let piece = try source.peek() {
            text += String(decoding: piece.octets, as: UTF8.self) + "\n"
            source.take(piece)
        }
        return text
    }

    /// The next event; nil at the end. A file that cannot be read is told and left out.
    package mutating func next() throws(MailFileError) -> MailFileEvent? {
        switch phase {
        case .between: try begin()
        case .message(let mark): try proceed(mark)
        }
    }

    private mutating func begin() throws(MailFileError) -> MailFileEvent? {
        guard nextEntry < entries.count else { return nil }
        let entry = entries[nextEntry]
        nextEntry += 1
        var status = stat()
        guard stat(entry.path, &status) == 0 else {
            return .unreadable(name: entry.path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .unreadable(name: entry.path, reason: "it is no file")
        }
        do {
            source = try LineSource(path: entry.path)
        } catch {
            return .unreadable(name: entry.path, reason: "\(error)")
        }
        var mark = entry.mark
        mark.dateSeconds = Int64(status.st_mtim.tv_sec)
        phase = .message(mark)
        return .begins(folder: entry.mailbox)
    }

    private mutating func proceed(_ mark: MailFileMark) throws(MailFileError) -> MailFileEvent? {
        var output: [UInt8] = []
        while output.count < MailFileLimits.chunkOctets {
            guard let piece = try source?.peek() else { break }
            source?.take(piece)
            output += piece.octets
            if piece.isEnd { output += [0x0d, 0x0a] }
        }
        guard output.isEmpty else { return .octets(output) }
        source = nil
        phase = .between
        return .ends(mark)
    }
}
