import InternetMessage
import MailCore
import RemoteLinks
import Testing

@testable import MailClient

/// Answers, forwarded messages, and drafts as text.
struct DraftTests {
    static var account: MailAccount {
        get throws {
            let address = try #require(EmailAddress("ana@example.test"))
            let imap = RemoteEndpoint(host: "localhost", port: 143, tls: .startTLS)
            var account = MailAccount(
                name: "a", author: .init(name: "Ana", address: address), imap: imap, submission: nil, userName: "ana")
            account.otherAddresses = [try #require(EmailAddress("ana@other.test"))]
            account.signature = "Ana\n"
            return account
        }
    }

    private static let letter = """
        From: Ben <ben@example.test>\r
        Reply-To: list@example.test\r
        To: ana@example.test, "Carla, the 2nd" <carla@example.test>\r
        Cc: ANA@other.test, dora@example.test, list@example.test\r
        Subject: Plans\r
        Date: Fri, 20 Nov 2026 09:55:06 +0100\r
        Message-ID: <2@example.test>\r
        References: <0@example.test> <1@example.test>\r
        \r
        First line\r
        > older\r
        \r
        -- \r
        Ben\r

        """

    private var message: ReadableMessage { ReadableMessage(Array(Self.letter.utf8)) }

    @Test func answersToAll() throws {
        let draft = Draft.reply(to: message, .everybody, try Self.account)
        #expect(draft.to.map(\.address) == ["list@example.test"])
        #expect(draft.cc.map(\.address) == ["carla@example.test", "dora@example.test"])
        #expect(draft.subject == "Re: Plans" && draft.inReplyTo == ["2@example.test"])
        #expect(draft.references == ["0@example.test", "1@example.test", "2@example.test"])
        #expect(draft.text == "On Fri, 20 Nov 2026 at 09:55, Ben wrote:\n> First line\n>> older\n\n\n\n-- \nAna\n")
    }

    @Test func answersToOneself() throws {
        let own = Self.letter.replacing("Ben <ben@example.test>", with: "ana@example.test").replacing(
            "Reply-To: list@example.test\r\n", with: "")
        let draft = Draft.reply(to: ReadableMessage(Array(own.utf8)), .author, try Self.account)
        #expect(draft.to.map(\.address) == ["ana@example.test", "carla@example.test"])
    }

    @Test func longReferencesAreCut() throws {
        let many = (0..<200).map { "<\($0)@x>" }.joined(separator: " ")
        let long = ReadableMessage(Array(Self.letter.replacing("<0@example.test> <1@example.test>", with: many).utf8))
        let references = Draft.reply(to: long, .author, try Self.account).references
        #expect(references.count == 50 && references.first == "0@x" && references.last == "2@example.test")
    }

    @Test func forwards() throws {
        let attached = Draft.forward(Array(Self.letter.utf8), .attached, try Self.account)
        #expect(
            attached.attachments == [.octets(Array(Self.letter.utf8), name: "Plans.eml", mediaType: "message/rfc822")])
        let inText = Draft.forward(Array(Self.letter.utf8), .inText, try Self.account)
        #expect(
            inText.subject == "Fwd: Plans" && inText.text.contains("Subject: Plans")
                && inText.text.contains("First line"))
    }

    @Test func textAndBack() throws {
        var draft = Draft(try Self.account)
        draft.to = [
            MailPerson(name: "Carla, \"C\"", address: "carla@example.test"), MailPerson(name: nil, address: "b@c.test"),
        ]
        draft.subject = "A\nB"
        draft.text = "Hello\n\nTo: not a field\n"
        draft.attachments = [.file("/tmp/x y"), .octets([1], name: "held", mediaType: "a/b")]
        let back = try DraftText.read(DraftText.write(draft), changing: draft)
        #expect(back.to == draft.to && back.subject == "A B" && back.text == draft.text)
        #expect(Set(back.attachments) == Set(draft.attachments))
        #expect(throws: MailFailure.self) { try DraftText.read("nonsense\n\nx", changing: draft) }
        #expect(throws: MailFailure.self) { try DraftText.read("X-Bad: y\n\nx", changing: draft) }
        #expect(try DraftText.read("To: a@b.test,\n c@d.test\r\n\r\nx", changing: draft).to.count == 2)
    }

    /// Whatever is typed, lines are quoted and flow as RFC 3676 has them, and nothing is lost.
    @Test func writtenAndReadAgain() throws {
        var draft = Draft(try Self.account)
        draft.to = [MailPerson(name: nil, address: "ben@example.test")]
        draft.bcc = [MailPerson(name: nil, address: "hidden@example.test")]
        draft.text = "Long \(String(repeating: "word ", count: 60))end\n> quoted\n> > deeper\n\n  indented\nFrom here\n"
        var generator = SystemRandomNumberGenerator()
        let date = MailDate(secondsSince1970: 0)
        let octets = try draft.builder(date: date, messageID: InternetMessageID("a@b"), .hidden).bytes(
            using: &generator)
        let read = ReadableMessage(octets)
        #expect(!String(decoding: octets, as: UTF8.self).contains("hidden@"))
        #expect(read.lines.first == "Long \(String(repeating: "word ", count: 60))end")
        #expect(read.lines.dropFirst() == ["> quoted", ">> deeper", "", "  indented", "From here"])
    }

    @Test func obstacles() throws {
        var draft = Draft(try Self.account)
        let account = try Self.account
        #expect(draft.obstacle != nil && draft.isEmpty(account))
        draft.to = [MailPerson(name: nil, address: "nobody")]
        #expect(draft.obstacle?.problem.contains("nobody") == true)
    }
}
