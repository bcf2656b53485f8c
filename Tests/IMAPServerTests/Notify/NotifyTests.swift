import AgentTestSupport
import MailCore
import ServerRuntime
import Testing

@testable import IMAPServer

/// RFC 5465.
@Suite(.timeLimit(.minutes(2))) struct NotifyTests {
    /// §5.2, §5.3, §6.1: the selected mailbox without any command.
    @Test func theSelectedMailbox() async throws {
        try await withListener { listener, _ in
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await other.ask("SELECT INBOX")
            try await other.ask(
                "NOTIFY SET (SELECTED (MessageNew (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)]) MessageExpunge FlagChange))")
            try await listener.test.deliver("Subject: hello\r\n\r\n", to: "ana@example.test")
            #expect(await other.hear() == "* 1 EXISTS")
            #expect(await other.hear() == "* 1 RECENT")
            let fetched = "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {"
            #expect(await other.connection.hear("Subject: hello\r\n\r\n)\r\n").hasPrefix(fetched))
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            #expect(await other.hear() == "* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))")
            try await one.ask("EXPUNGE")
            #expect(await other.hear() == "* 1 EXPUNGE")
        }
    }

    /// §6.1.2: expunges wait for a command.
    @Test func delayed() async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await other.ask("SELECT INBOX")
            try await other.ask("NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))")
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            try await one.ask("EXPUNGE")
            try await listener.test.deliver("Subject: b\r\n\r\n", to: "ana@example.test")
            #expect(await other.hear() == "* 2 EXISTS")
            #expect(await other.hear() == "* 1 RECENT")
            #expect(try await other.ask("NOOP") == ["* 1 EXPUNGE"])
        }
    }

    /// §3.1: STATUS first, then whatever happens in other mailboxes.
    @Test func otherMailboxes() async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            let (one, other) = (try await listener.login(), try await listener.login())
            let first = try await other.ask(
                "NOTIFY SET STATUS (SELECTED (MessageNew MessageExpunge)) (MAILBOXES INBOX (MessageNew MessageExpunge))"
            )
            #expect(first.count == 1)
            #expect(first.first?.hasPrefix("* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY ") == true)
            try await listener.test.deliver("Subject: b\r\n\r\n", to: "ana@example.test")
            #expect(await other.hear() == "* STATUS INBOX (MESSAGES 2 UIDNEXT 3)")
            try await one.ask("SELECT INBOX")
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            try await one.ask("EXPUNGE")
            #expect(await other.hear() == "* STATUS INBOX (MESSAGES 1 UIDNEXT 3)")
        }
    }

    /// §5.4, §5.5: names and subscriptions, others' only.
    @Test func names() async throws {
        try await withListener { listener, _ in
            let (one, other) = (try await listener.login(), try await listener.login())
            try await other.ask("NOTIFY SET (PERSONAL (MailboxName SubscriptionChange))")
            try await one.ask("CREATE Work")
            #expect(await other.hear().hasSuffix("\"/\" Work"))
            try await one.ask("RENAME Work Play")
            #expect(await other.hear().hasSuffix("\"/\" Play (\"OLDNAME\" (Work))"))
            try await one.ask("DELETE Play")
            let gone = await other.hear()
            #expect(gone.hasPrefix("* LIST (\\NonExistent "))
            #expect(gone.hasSuffix("\"/\" Play"))
            #expect(try await other.ask("CREATE Own") == [])
        }
    }

    /// §3.1: nothing at all, until the client asks by a command that takes messages away itself.
    @Test func none() async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            try await client.ask("NOTIFY NONE")
            try await listener.test.deliver("Subject: b\r\n\r\n", to: "ana@example.test")
            #expect(try await client.ask("NOOP") == [])
            try await client.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            #expect(try await client.ask("EXPUNGE").contains("* 1 EXPUNGE"))
        }
    }

    /// §5.8.
    @Test func overflow() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            let listener = try await IMAPListener(test, changesHeldMax: 0)
            let client = try await listener.login()
            try await client.ask("NOTIFY SET (PERSONAL (MessageNew MessageExpunge))")
            try await test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            #expect(await client.hear().hasPrefix("* OK [NOTIFICATIONOVERFLOW] "))
            try await client.ask("NOOP")
            await listener.server.stop()
        }
    }
}
