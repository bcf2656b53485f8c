import FoundationEssentials
import MailCore
import Testing

@testable import MailboxFormats

@Suite struct MaildirTests {
    private func read(_ path: String) throws -> [Message] {
        var reader = try MaildirReader(path: path)
        return try messages { try reader.next() }
    }

    @Test func readsFlagsFoldersAndKeywords() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("A: 1\n\nx\n", to: "cur/2.a.host,S=8:2,FRSb")
        _ = try folder.write("A: 0\n", to: "new/1.a.host")
        _ = try folder.write("0 $Zero\n1 Work\nx y\n99 No\n", to: "dovecot-keywords")
        _ = try folder.write("A: 2\r\n", to: ".Archive.2026/cur/3:2,PDT")
        _ = try folder.write("A: 3", to: ".Entw&APw-rfe/cur/4")
        _ = try folder.write("", to: ".notafolder/x")
        _ = try folder.write("half", to: "tmp/9")
        let read = try read(folder.path)
        #expect(read.map(\.mailbox) == ["INBOX", "INBOX", "Archive/2026", "Entwürfe"])
        #expect(read.map(\.text) == ["A: 0\r\n", "A: 1\r\n\r\nx\r\n", "A: 2\r\n", "A: 3\r\n"])
        #expect(read[1].mark.flags == [.flagged, .answered, .seen])
        #expect(read[1].mark.keywords.map(\.text) == ["Work"])
        #expect(read[2].mark.flags == [.deleted, .draft])
        #expect(read[2].mark.keywords.map(\.text) == ["$Forwarded"])
        #expect(read[0].mark.flags == [])
    }

    @Test func otherFoldersAreRefused() throws {
        let folder = try TemporaryFolder()
        #expect(throws: MailFileError.notMaildir(path: folder.path)) { try read(folder.path) }
    }

    @Test func foldersAmongMessagesAreToldAndLeftOut() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("A: 1\n", to: "cur/1")
        _ = try folder.write("x", to: "cur/0/x")
        #expect(try read(folder.path).map(\.mailbox) == ["unreadable", "INBOX"])
    }

    @Test func writtenMessagesAreReadBack() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/out"
        let keywords = ["$Forwarded", "Work", "x"].compactMap { Keyword($0) }
        let mark = MailFileMark(flags: [.seen, .draft], keywords: keywords, dateSeconds: 1_622_810_096)
        let plain = MailFileMark(dateSeconds: 5)
        do {
            var writer = try MaildirWriter(path: path)
            for mailbox in ["INBOX", "Sent", "Año/2026.1"] {
                try writer.begin(mailbox: mailbox, mark)
                try writer.append("A: \(mailbox)\r".utf8)
                try writer.append("\n\r\nx\r\n".utf8)
                try writer.end()
            }
            try writer.begin(mailbox: "INBOX", plain)
            try writer.end()
            try writer.makeMailbox("Empty")
            try writer.finish()
        }
        let read = try read(path)
        #expect(read.count == 4)
        #expect(read.filter { $0.text.isEmpty } == [Message(mailbox: "INBOX", mark: plain)])
        for mailbox in ["INBOX", "Sent", "Año/2026.1"] {
            let expected = Message(mailbox: mailbox, text: "A: \(mailbox)\r\n\r\nx\r\n", mark: mark)
            let found = try #require(read.first { $0.mailbox == mailbox && !$0.text.isEmpty })
            #expect(found.text == expected.text)
            #expect(found.mark.flags == expected.mark.flags)
            #expect(Set(found.mark.keywords) == Set(keywords))
            #expect(found.mark.dateSeconds == expected.mark.dateSeconds)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/tmp").isEmpty)
        #expect(FileManager.default.fileExists(atPath: "\(path)/.Empty/cur"))
        #expect(throws: MailFileError.exists(path: path)) { _ = try MaildirWriter(path: path) }
    }

    @Test(arguments: ["Work", "Año", "日本語", "a&b", "a.b", "😀", "&", "-"])
    func folderNames(name: String) {
        let folder = MaildirFolderName.folder(ofMailbox: name)
        #expect(folder.hasPrefix("."))
        #expect(folder.dropFirst().utf8.allSatisfy { $0 > 0x1f && $0 < 0x7f && $0 != UInt8(ascii: ".") })
        #expect(MaildirFolderName.mailbox(ofFolder: folder) == name)
    }

    @Test(arguments: [(".Entwürfe", "Entwürfe"), (".a&!!-", "a&!!-"), (".a..b", "a/b"), (".x&-y", "x&y")])
    func oddFolderNames(folder: String, mailbox: String) {
        #expect(MaildirFolderName.mailbox(ofFolder: folder) == mailbox)
    }
}
