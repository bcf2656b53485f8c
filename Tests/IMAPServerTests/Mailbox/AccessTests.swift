import AgentTestSupport
import Directory
import IMAP
import MailCore
import MailStore
import Testing

@testable import IMAPServer

/// Rights over a connection: two users of one mailbox (RFC 4314).
@Suite struct AccessTests {
    /// What a command comes to with each single right beside `l`.
    struct Rule: Sendable {
        let command: String
        /// Rights with which it succeeds.
        let needs: String
    }

    static let name = "Users/ana@example.test/Work"

    /// RFC 4314 §4's table; `%` stands for the mailbox.
    static let rules = [
        Rule(command: #"LIST "" %"#, needs: "lrswipkxtea"), Rule(command: "SUBSCRIBE %", needs: "lrswipkxtea"),
        Rule(command: "UNSUBSCRIBE %", needs: "lrswipkxtea"), Rule(command: "CREATE %/new", needs: "k"),
        Rule(command: "DELETE %", needs: "x"), Rule(command: "RENAME % Users/ana@example.test/Other", needs: ""),
        Rule(command: "SELECT %", needs: "r"), Rule(command: "EXAMINE %", needs: "r"),
        Rule(command: "STATUS % (MESSAGES)", needs: "r"), Rule(command: "SETACL % anyone l", needs: "a"),
        Rule(command: "DELETEACL % anyone", needs: "a"), Rule(command: "GETACL %", needs: "a"),
        Rule(command: "LISTRIGHTS % anyone", needs: "a"), Rule(command: "MYRIGHTS %", needs: "lrswipkxtea"),
        Rule(command: "GETQUOTAROOT %", needs: "r"), Rule(command: "GETMETADATA % /shared/comment", needs: "rswip"),
        Rule(command: "SETMETADATA % (/private/comment NIL)", needs: "rswip"),
    ]

    @Test(arguments: rules) func whatEachRightPermits(_ rule: Rule) async throws {
        try await withListener { listener, ana in
            let bob = try await listener.test.addAccount("bob@example.test")
            let client = try await listener.login("bob@example.test")
            let store = listener.test.mailStore
            var work = try await store.create("Work", for: ana, now: TestStore.now)
            for (right, letter) in AccessRights.letters {
                let rights = right.union(.lookup)
                try await store.changeAccess(
                    to: work.key, of: .party(.account(bob)), .granted, .replace(rights))
                let command = rule.command.replacing("%", with: Self.name)
                let letter = Character(Unicode.Scalar(letter))
                let succeeds = rule.needs.contains(letter)
                let lines = try await client.send(command)
                let expected = succeeds ? "t OK" : "t NO [NOPERM]"
                #expect(lines.last?.hasPrefix(expected) == true, "\(command) with l\(letter): \(lines)")
                try await client.ask("UNSELECT", succeeds && rule.command == "SELECT %" ? "OK" : "")
                if try await store.resolve("Work", for: ana) == nil {
                    work = try await store.create("Work", for: ana, now: TestStore.now)
                }
            }
            // Who has no right at all is not told that there is such a mailbox.
            for party in [AccessParty.party(.account(bob)), .anyone] {
                try await store.changeAccess(to: work.key, of: party, .granted, .replace([]))
            }
            let lines = try await client.send(rule.command.replacing("%", with: Self.name))
            let hasNoSay = rule.command.hasPrefix("LIST ") || rule.command.contains("SUBSCRIBE")
            let isRefused = lines.last?.hasPrefix("t NO [NONEXISTENT]") == true
            let isMaking = rule.command.hasPrefix("CREATE")
            #expect(
                hasNoSay ? lines.count == 1 : isMaking ? lines.last?.hasPrefix("t NO [NOPERM]") == true : isRefused,
                "\(rule.command): \(lines)")
        }
    }

    /// RFC 4314 §2.1.1, §3.1 to §3.5, with our names.
    @Test func theCommands() async throws {
        try await withListener { listener, _ in
            for name in ["chris", "david", "byron"] { try await listener.test.addAccount("\(name)@example.test") }
            let client = try await listener.login()
            let owner = "* ACL Drafts ana@example.test lrswipkxteacd"
            #expect(try await client.ask("GETACL Drafts") == [owner])
            try await client.ask("SETACL Drafts david@example.test lrswida")
            #expect(try await client.ask("GETACL Drafts") == ["\(owner) david@example.test lrswiteda".sortedRights])
            try await client.ask("DELETEACL Drafts david")
            try await client.ask("SETACL Drafts byron lrswikda")
            #expect(try await client.ask("GETACL Drafts") == ["\(owner) byron@example.test lrswikteacd"])
            try await client.ask("DELETEACL Drafts byron")
            try await client.ask("SETACL Drafts chris lrswi")
            try await client.ask("SETACL Drafts chris +cda")
            #expect(try await client.ask("GETACL Drafts") == ["\(owner) chris@example.test lrswikxteacd"])
            try await client.ask("SETACL Drafts chris -wxk")
            #expect(try await client.ask("GETACL Drafts") == ["\(owner) chris@example.test lrsitead"])
            try await client.ask("SETACL Drafts -chris r")
            #expect(
                try await client.ask("GETACL Drafts") == [
                    "\(owner) chris@example.test lrsitead -chris@example.test r"
                ])
            try await client.ask("DELETEACL Drafts chris")
            #expect(try await client.ask("GETACL Drafts") == ["\(owner) -chris@example.test r"])
            try await client.ask("SETACL Drafts chris lrQswicda", "BAD")
            try await client.ask("SETACL Drafts chris lrqswicda", "BAD")
            try await client.ask("SETACL Drafts nobody lr", "NO [CANNOT]")
            try await client.ask("SETACL Drafts \"\u{7}\" lr", "BAD")
            try await client.ask("SETACL Drafts ana lr", "NO [CANNOT]")
            #expect(
                try await client.ask("LISTRIGHTS Drafts chris") == [
                    #"* LISTRIGHTS Drafts chris "" l r s w i p k x t e a c d"#
                ])
            #expect(
                try await client.ask("LISTRIGHTS Drafts ana@example.test") == [
                    "* LISTRIGHTS Drafts ana@example.test lrswipkxteacd"
                ])
            #expect(try await client.ask("MYRIGHTS INBOX") == ["* MYRIGHTS INBOX lrswipkxteacd"])
        }
    }

    /// Two people, one folder: what one does the other sees, and may do what was let.
    @Test func twoUsersOfOneMailbox() async throws {
        try await withListener { listener, ana in
            try await listener.test.addAccount("bob@example.test")
            let test = listener.test
            try await test.deliver("Subject: one\r\n\r\n1\r\n", to: "ana@example.test")
            let owner = try await listener.login()
            let other = try await listener.login("bob@example.test")
            let name = "Users/ana@example.test/INBOX"
            try await other.ask("SELECT \(name)", "NO [NONEXISTENT]")
            try await owner.ask("SETACL INBOX bob lrs")
            #expect(
                try await other.ask(#"LIST "" "%""#).contains(#"* LIST (\Noselect \HasChildren) "/" Users"#))
            #expect(
                try await other.ask(#"LIST "" "Users/%""#) == [
                    #"* LIST (\Noselect \HasChildren) "/" Users/ana@example.test"#
                ])
            #expect(
                try await other.ask(#"LIST "" "Users/*""#) == [#"* LIST (\HasNoChildren) "/" \#(name)"#])
            let selected = try await other.ask("SELECT \(name)", "OK [READ-WRITE]")
            #expect(selected.contains("* 1 EXISTS"))
            try await owner.ask("SELECT INBOX")
            try await other.ask(#"STORE 1 +FLAGS.SILENT (\Seen)"#)
            #expect(try await owner.ask("NOOP").contains { $0.contains(#"FLAGS (\Seen"#) })
            // The right is taken; the next time there is nothing to open.
            try await owner.ask("DELETEACL INBOX bob")
            try await other.ask("UNSELECT")
            try await other.ask("SELECT \(name)", "NO [NONEXISTENT]")
            #expect(try await other.ask(#"LIST "" "Users/*""#) == [])
            #expect(ana.rawValue > 0)
        }
    }
}

extension String {
    /// The same with the rights of its last word in our order.
    fileprivate var sortedRights: String {
        var words = split(separator: " ").map(String.init)
        let order = Array("lrswipkxteacd")
        words[words.count - 1] = String(order.filter { words.last?.contains($0) == true })
        return words.joined(separator: " ")
    }
}
