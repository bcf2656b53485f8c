import AgentTestSupport
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct MailStoreAccountTests {
    @Test func aNewAccountHasItsMailboxes() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let mailboxes = try await test.mailStore.mailboxes(ana)
            #expect(mailboxes.map(\.name) == ["INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"])
            #expect(mailboxes.map(\.specialUse) == [nil, .drafts, .sent, .junk, .trash, .archive])
            #expect(mailboxes.map(\.mailbox.rawValue) == [1, 2, 3, 4, 5, 6])
            #expect(mailboxes[0].mailbox == .inbox)
            for mailbox in mailboxes {
                #expect(mailbox.uidValidity.rawValue == UInt32(TestStore.now))
                #expect(mailbox.uidNext == 1)
                #expect((mailbox.messages, mailbox.unseen, mailbox.octets) == (0, 0, 0))
            }
            #expect(Set(mailboxes.map(\.highestModSeq)).count == 6)
            #expect(try await test.mailStore.usage(ana) == MailStore.Usage(octets: 0, messages: 0))
            #expect(try await test.complaints() == [])
        }
    }

    static let lawful: [(String, String)] = [
        ("inbox", "INBOX"), ("Inbox/Receipts", "INBOX/Receipts"), ("Work/2026/Móstoles", "Work/2026/Móstoles"),
        ("inboxes", "inboxes"), ("Work/inbox", "Work/inbox"), ("ınbox", "ınbox"), ("İNBOX", "İNBOX"),
        (" a ", " a "), ("e\u{301}", "\u{e9}"),
        (String(repeating: "é", count: 500), String(repeating: "é", count: 500)),
    ]

    @Test(arguments: lawful) func names(_ name: String, _ expected: String) throws {
        // Octet by octet: to Swift, names in other normalization forms are equal.
        #expect(try Array(MailStore.mailboxName(name).utf8) == Array(expected.utf8))
    }

    static let unlawful = [
        "", "/", "a/", "/a", "a//b", "a\u{0}b", "a\r\nb", "\u{7f}", "\u{85}", "\u{2028}",
        String(repeating: "x", count: 1001),
        Array(repeating: "x", count: 51).joined(separator: "/"),
    ]

    @Test(arguments: unlawful) func namesThatNoMailboxCanHave(_ name: String) {
        #expect(throws: MailStoreError.badMailboxName(name)) { try MailStore.mailboxName(name) }
    }

    @Test func aMailboxIsMadeOnce() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let validity = UIDValidity(rawValue: 5)
            let made = try await test.store.change {
                try MailStore.createMailbox("Work", ana, specialUse: nil, validity, in: $0)
            }
            #expect(made == MailboxID(rawValue: 7))
            for name in ["Work", "INBOX", "iNbOx"] {
                await #expect(throws: MailStoreError.self) {
                    try await test.store.change {
                        _ = try MailStore.createMailbox(name, ana, specialUse: nil, validity, in: $0)
                    }
                }
            }
            // The name of a mailbox, other than INBOX, is taken as it is written (RFC 9051 §5.1).
            let other = try await test.store.change {
                try MailStore.createMailbox("work", ana, specialUse: nil, validity, in: $0)
            }
            #expect(other == MailboxID(rawValue: 8))
            #expect(try await test.store.read { try MailStore.mailbox(named: "Work", ana, in: $0) } == made)
            #expect(try await test.store.read { try MailStore.mailbox(named: "inbox", ana, in: $0) } == .inbox)
            let nobody = AccountID(rawValue: 99)
            await #expect(throws: MailStoreError.noSuchAccount) {
                try await test.store.change {
                    _ = try MailStore.createMailbox("Work", nobody, specialUse: nil, validity, in: $0)
                }
            }
        }
    }

    @Test func aRemovedAccountLeavesNothing() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = try await test.addAccount("bob@example.test")
            try await test.deliver("Message-ID: <a@b.test>\r\n\r\nx\r\n", to: "ana@example.test", "bob@example.test")
            try await test.deliver("Message-ID: <c@b.test>\r\n\r\ny\r\n", to: "ana@example.test")
            try await test.deliver("Message-ID: <d@b.test>\r\n\r\nz\r\n", to: "ana@example.test")
            try await test.mailStore.expunge([UID(rawValue: 3)], from: .inbox, ana)
            _ = try await test.directory.removeAccount(try address("ana@example.test"))
            #expect(try await test.mailStore.mailboxes(ana) == [])
            #expect(try await test.mailStore.usage(ana) == MailStore.Usage(octets: 0, messages: 0))
            #expect(try await test.count("SELECT count(*) FROM message WHERE account = 1") == 0)
            #expect(try await test.count("SELECT count(*) FROM expunged") == 0)
            #expect(try await test.count("SELECT count(*) FROM thread_recent WHERE account = 1") == 0)
            #expect(try await test.count("SELECT count(*) FROM content") == 1)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 1)
            #expect(try await test.inbox(bob).count == 1)
            #expect(try await test.complaints() == [])
        }
    }
}
