internal import Glibc
internal import MailCore

/// Writes a Maildir with Maildir++ folders: each message into `tmp`, onto disk, then renamed into `cur`.
package struct MaildirWriter: ~Copyable {
    private let path: String
    private let host: String
    private var counter = 0
    private var folders: [String: Folder] = [:]
    private var lines = LineFeedWriter()
    private var current: (folder: String, name: String)?
    private var mark = MailFileMark()
    private var sink: FileSink?

    private struct Folder {
        let path: String
        var keywords: [Keyword: Int] = [:]
        var order: [Keyword] = []
    }

    /// Makes the Maildir; the folder must not be there or be empty.
    package init(path: String) throws(MailFileError) {
        try MaildirWriter.prepare(path)
        self.path = path
        host = MaildirWriter.hostName()
        sink = nil
    }

    private static func prepare(_ path: String) throws(MailFileError) {
        if FolderListing.isFolder(path), try !FolderListing.names(path).isEmpty { throw .exists(path: path) }
        try FolderListing.make(path)
    }

    /// As a part of a file name.
    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, 255)
        let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.replacing("/", with: "\\057").replacing(":", with: "\\072")
    }

    /// Begins a message in a mailbox; `INBOX` is the Maildir itself.
    package mutating func begin(mailbox: String, _ mark: MailFileMark) throws(MailFileError) {
        let folder = try makeFolder(mailbox)
        counter += 1
        let name = "\(mark.dateSeconds ?? 0).M\(counter)P\(getpid()).\(host)"
        current = (mailbox, name)
        self.mark = mark
        sink = try FileSink(path: "\(folder.path)/tmp/\(name)")
    }

    /// Makes the folder of a mailbox, also of one without messages.
    package mutating func makeMailbox(_ mailbox: String) throws(MailFileError) { _ = try makeFolder(mailbox) }

    private mutating func makeFolder(_ mailbox: String) throws(MailFileError) -> Folder {
        if let folder = folders[mailbox] { return folder }
        let name = MaildirFolderName.folder(ofMailbox: mailbox)
        let folder = Folder(path: name.isEmpty ? path : "\(path)/\(name)")
        try FolderListing.make(folder.path)
        for part in ["cur", "new", "tmp"] { try FolderListing.make("\(folder.path)/\(part)") }
        if !name.isEmpty {
            var marker = try FileSink(path: "\(folder.path)/maildirfolder")
            try marker.flush()
        }
        folders[mailbox] = folder
        return folder
    }

    /// Octets of the message with CRLF at the end of each line.
    package mutating func append(_ octets: some Sequence<UInt8>) throws(MailFileError) {
        try sink?.write(lines.converted(octets))
    }

    /// Ends the message: it is in `cur` and its octets are on disk.
    package mutating func end() throws(MailFileError) {
        guard let (mailbox, name) = current, var folder = folders[mailbox] else { return }
        try sink?.write(lines.finish())
        try sink?.flush()
        if let seconds = mark.dateSeconds { sink?.setTime(seconds: seconds) }
        try sink?.synchronize()
        sink = nil
        current = nil
        for keyword in mark.keywords where folder.keywords[keyword] == nil && folder.order.count < 26 {
            folder.keywords[keyword] = folder.order.count
            folder.order.append(keyword)
        }
        folders[mailbox] = folder
        let target = "\(folder.path)/cur/\(name)\(MaildirInfo.text(mark, letters: folder.keywords))"
        guard rename("\(folder.path)/tmp/\(name)", target) == 0 else {
            throw .system(operation: "rename", path: target, errno: errno)
        }
    }

    /// The names of all files on disk, and the words of the keywords.
    package mutating func finish() throws(MailFileError) {
        for folder in folders.values {
            if !folder.order.isEmpty {
                var words = try FileSink(path: "\(folder.path)/\(MaildirInfo.keywordsFile)")
                for (number, keyword) in folder.order.enumerated() {
                    try words.write("\(number) \(keyword.text)\n".utf8)
                }
                try words.synchronize()
            }
            try FolderListing.synchronize("\(folder.path)/cur")
            try FolderListing.synchronize(folder.path)
        }
        try FolderListing.synchronize(path)
    }
}
