import AgentTestSupport
import IMAP
import MailCore
import MailStore
import Testing

@testable import IMAPServer

/// LIST over a connection: the examples of RFC 9051 §6.3.9.8 and RFC 5258 §5.
@Suite struct ListTests {
    /// A client whose account has INBOX and these mailboxes alone, subscribed to these names.
    private static func withMailboxes(
        _ names: [String], subscribed: [String] = [], _ body: (IMAPClient) async throws -> Void
    ) async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            for name in ["Archive", "Drafts", "Junk", "Sent", "Trash"] {
                try await client.ask("DELETE \(name)")
                try await client.ask("UNSUBSCRIBE \(name)")
            }
            if !subscribed.contains("INBOX") { try await client.ask("UNSUBSCRIBE INBOX") }
            for name in names { try await client.ask("CREATE \(name)") }
            for name in subscribed { try await client.ask("SUBSCRIBE \(name)") }
            try await body(client)
        }
    }

    /// Responses without INBOX's and without what is told of children, as the RFCs' examples mostly have them.
    private static func told(_ lines: [String]) -> [String] {
        lines.filter { !$0.hasSuffix(" INBOX") }.map { line in
            var line = line
            for word in ["\\HasNoChildren ", "\\HasNoChildren", "\\HasChildren ", "\\HasChildren"] {
                line.replace(word, with: "")
            }
            line.replace(" )", with: ")")
            return line
        }
    }

    private static let fruit = [
        "Fruit/Apple", "Fruit/Banana", "Fruit/Peach", "Tofu", "Vegetable/Broccoli", "Vegetable/Corn",
    ]
    private static let fruitSubscribed = ["INBOX", "Fruit/Banana", "Fruit/Peach", "Vegetable", "Vegetable/Broccoli"]

    private static func withFruit(_ body: (IMAPClient) async throws -> Void) async throws {
        try await withMailboxes(fruit, subscribed: fruitSubscribed) { client in
            try await client.ask("DELETE Fruit/Peach")
            try await body(client)
        }
    }

    @Test func fruitAndVegetables() async throws {
        try await Self.withFruit { client async throws in
            #expect(
                Self.told(try await client.ask(#"LIST "" "*""#)) == [
                    #"* LIST () "/" Fruit"#, #"* LIST () "/" Fruit/Apple"#, #"* LIST () "/" Fruit/Banana"#,
                    #"* LIST () "/" Tofu"#, #"* LIST () "/" Vegetable"#, #"* LIST () "/" Vegetable/Broccoli"#,
                    #"* LIST () "/" Vegetable/Corn"#,
                ])
            #expect(
                Self.told(try await client.ask(#"LIST (SUBSCRIBED) "" "*""#)) == [
                    #"* LIST (\Subscribed) "/" Fruit/Banana"#, #"* LIST (\Subscribed) "/" Vegetable"#,
                    #"* LIST (\Subscribed) "/" Vegetable/Broccoli"#,
                    #"* LIST (\NonExistent \Subscribed) "/" Fruit/Peach"#,
                ])
            #expect(
                try await client.ask(#"LIST () "" "%" RETURN (CHILDREN)"#) == [
                    #"* LIST (\HasChildren) "/" Fruit"#, #"* LIST (\HasNoChildren) "/" INBOX"#,
                    #"* LIST (\HasNoChildren) "/" Tofu"#, #"* LIST (\HasChildren) "/" Vegetable"#,
                ])
            #expect(
                Self.told(try await client.ask(#"LIST (REMOTE) "" "*" RETURN (SUBSCRIBED)"#)) == [
                    #"* LIST () "/" Fruit"#, #"* LIST () "/" Fruit/Apple"#,
                    #"* LIST (\Subscribed) "/" Fruit/Banana"#, #"* LIST () "/" Tofu"#,
                    #"* LIST (\Subscribed) "/" Vegetable"#, #"* LIST (\Subscribed) "/" Vegetable/Broccoli"#,
                    #"* LIST () "/" Vegetable/Corn"#,
                ])
        }
    }

    /// Example 7.
    @Test func childrenAndChildInfo() async throws {
        try await Self.withMailboxes(["Foo/Bar", "Foo/Baz", "Moo"], subscribed: ["Foo/Baz"]) { client in
            let recursive = #"LIST (SUBSCRIBED RECURSIVEMATCH) "" "%""#
            #expect(try await client.ask(#"LIST (SUBSCRIBED) "" "%""#) == [])
            #expect(
                try await client.ask(recursive) == [#"* LIST (\HasChildren) "/" Foo ("CHILDINFO" ("SUBSCRIBED"))"#])
            try await client.ask("SUBSCRIBE Foo")
            #expect(
                try await client.ask(recursive) == [
                    #"* LIST (\HasChildren \Subscribed) "/" Foo ("CHILDINFO" ("SUBSCRIBED"))"#
                ])
            try await client.ask("UNSUBSCRIBE Foo")
            try await client.ask("DELETE Foo")
            #expect(
                try await client.ask(recursive) == [
                    #"* LIST (\NonExistent \HasChildren) "/" Foo ("CHILDINFO" ("SUBSCRIBED"))"#
                ])
            try await client.ask("UNSUBSCRIBE Foo/Baz")
            #expect(try await client.ask(recursive) == [])
            try await client.ask("CREATE Foo")
            try await client.ask("SUBSCRIBE Foo")
            try await client.ask("SUBSCRIBE Moo")
            #expect(
                try await client.ask("\(recursive) RETURN (CHILDREN)") == [
                    #"* LIST (\HasChildren \Subscribed) "/" Foo"#, #"* LIST (\HasNoChildren \Subscribed) "/" Moo"#,
                ])
        }
    }

    /// Example 8: CHILDINFO only where a name below is not told itself.
    @Test func redundantChildInfo() async throws {
        let names = [
            "foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2/mamba", "qux2/bar2",
        ]
        let subscribed = names + ["eps2"]
        try await Self.withMailboxes(names, subscribed: subscribed) { client in
            try await client.ask("DELETE qux2")
            #expect(
                Self.told(try await client.ask(#"LIST (RECURSIVEMATCH SUBSCRIBED) "" "*2""#)).sorted() == [
                    #"* LIST () "/" foo2 ("CHILDINFO" ("SUBSCRIBED"))"#, #"* LIST (\Subscribed) "/" baz2/bar2"#,
                    #"* LIST (\Subscribed) "/" baz2/bar22"#, #"* LIST (\Subscribed) "/" baz2/bar222"#,
                    #"* LIST (\Subscribed) "/" eps2 ("CHILDINFO" ("SUBSCRIBED"))"#,
                    #"* LIST (\Subscribed) "/" foo2/bar2"#, #"* LIST (\Subscribed) "/" qux2/bar2"#,
                ])
        }
    }

    /// Examples 9 and 10.
    @Test func levelsAndSubscriptionsWithoutAMailbox() async throws {
        try await Self.withMailboxes(["foo", "music/rock"], subscribed: ["foo/bar"]) { client async throws in
            #expect(try await client.ask(#"LIST "" ("foo")"#) == [#"* LIST (\HasNoChildren) "/" foo"#])
            #expect(
                try await client.ask(#"LIST (SUBSCRIBED) "" "foo/*""#) == [
                    #"* LIST (\NonExistent \HasNoChildren \Subscribed) "/" foo/bar"#
                ])
            #expect(
                try await client.ask(#"LIST (SUBSCRIBED RECURSIVEMATCH) "" foo RETURN (CHILDREN)"#) == [
                    #"* LIST (\HasNoChildren) "/" foo ("CHILDINFO" ("SUBSCRIBED"))"#
                ])
            try await client.ask("DELETE music")
            try await client.ask("DELETE foo")
            #expect(
                try await client.ask(#"LIST () "" %"#) == [
                    #"* LIST (\HasNoChildren) "/" INBOX"#, #"* LIST (\NonExistent \HasChildren) "/" music"#,
                ])
            // A client that knows nothing of LIST-EXTENDED (RFC 9051 §6.3.5's second example).
            #expect(try await client.ask(#"LIST "" m%"#) == [#"* LIST (\Noselect \HasChildren) "/" music"#])
            #expect(try await client.ask(#"LIST "" m*"#) == [#"* LIST (\HasNoChildren) "/" music/rock"#])
            #expect(
                Set(try await client.ask(#"LIST "" (% music/rock)"#)).isSuperset(of: [
                    #"* LIST (\HasNoChildren) "/" music/rock"#
                ]))
        }
    }

    @Test func statusRightsAndAnnotations() async throws {
        try await Self.withMailboxes(["foo"], subscribed: ["INBOX"]) { client in
            try await client.ask(#"SETMETADATA foo (/shared/comment "good")"#)
            #expect(
                try await client.ask(#"LIST "" "%" RETURN (STATUS (MESSAGES UNSEEN))"#) == [
                    #"* LIST (\HasNoChildren) "/" INBOX"#, "* STATUS INBOX (MESSAGES 0 UNSEEN 0)",
                    #"* LIST (\HasNoChildren) "/" foo"#, "* STATUS foo (MESSAGES 0 UNSEEN 0)",
                ])
            // Only what is selected itself has a status (example 11).
            try await client.ask("CREATE foo/bar")
            try await client.ask("SUBSCRIBE foo/bar")
            #expect(
                try await client.ask(#"LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (STATUS (MESSAGES))"#) == [
                    #"* LIST (\HasNoChildren \Subscribed) "/" INBOX"#, "* STATUS INBOX (MESSAGES 0)",
                    #"* LIST (\HasChildren) "/" foo ("CHILDINFO" ("SUBSCRIBED"))"#,
                ])
            #expect(
                try await client.ask(#"LIST "" "foo" RETURN (MYRIGHTS METADATA (/shared/comment /private/comment))"#)
                    == [
                        #"* LIST (\HasChildren) "/" foo"#, "* MYRIGHTS foo lrswipkxteacd",
                        #"* METADATA foo (/shared/comment "good" /private/comment NIL)"#,
                    ])
        }
    }

    @Test func specialUses() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask("CREATE ToDo")
            #expect(
                try await client.ask(#"LIST (SPECIAL-USE) "" "*""#) == [
                    #"* LIST (\HasNoChildren \Archive) "/" Archive"#, #"* LIST (\HasNoChildren \Drafts) "/" Drafts"#,
                    #"* LIST (\HasNoChildren \Junk) "/" Junk"#, #"* LIST (\HasNoChildren \Sent) "/" Sent"#,
                    #"* LIST (\HasNoChildren \Trash) "/" Trash"#,
                ])
            #expect(
                try await client.ask(#"LIST "" "T%" RETURN (SPECIAL-USE)"#) == [
                    #"* LIST (\HasNoChildren) "/" ToDo"#, #"* LIST (\HasNoChildren \Trash) "/" Trash"#,
                ])
        }
    }

    @Test func emptyPatternsAndReferences() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask("CREATE a/b")
            #expect(try await client.ask(#"LIST "" """#) == [#"* LIST (\Noselect) "/" """#])
            #expect(try await client.ask(#"LIST () "" """#) == [])
            #expect(try await client.ask(#"LIST "a/" "%""#) == [#"* LIST (\HasNoChildren) "/" a/b"#])
            #expect(try await client.ask(#"LIST "" "inbox""#) == [#"* LIST (\HasNoChildren) "/" INBOX"#])
            #expect(
                try await client.ask("NAMESPACE") == [
                    #"* NAMESPACE (("" "/")) (("Users/" "/")) (("Shared/" "/"))"#
                ])
        }
    }

    /// RFC 3501 §6.3.9: `%` of LSUB tells the level.
    @Test func lsub() async throws {
        try await Self.withMailboxes(["foo/bar", "x"], subscribed: ["foo/bar", "foo/baz", "x"]) { client async throws in
            #expect(
                try await client.ask(#"LSUB "" "%""#) == [#"* LSUB () "/" x"#, #"* LSUB (\Noselect) "/" foo"#])
            #expect(
                try await client.ask(#"LSUB "" "*""#) == [
                    #"* LSUB () "/" foo/bar"#, #"* LSUB () "/" x"#, #"* LSUB (\Noselect) "/" foo/baz"#,
                ])
            #expect(try await client.ask(#"LSUB "foo/" "ba%""#).count == 2)
        }
    }

    /// Names are spelt in modified UTF-7 until the client can do better.
    @Test func spellings() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask("CREATE ma&APE-ana")
            #expect(try await client.ask(#"LIST "" "m*""#) == [#"* LIST (\HasNoChildren) "/" ma&APE-ana"#])
            try await client.ask("ENABLE IMAP4rev2")
            #expect(try await client.ask(#"LIST "" "ma\#u{F1}%""#) == [#"* LIST (\HasNoChildren) "/" "ma\#u{F1}ana""#])
            // Not in Unicode's form C: the client is told the name that was made (RFC 9051 §6.3.4).
            #expect(
                try await client.ask("CREATE \"e\u{301}\"") == [
                    #"* LIST () "/" "\#u{E9}" ("OLDNAME" ("e\#u{301}"))"#
                ])
            #expect(
                try await client.ask("DELETE \"e\u{301}\"") == [
                    #"* LIST (\NonExistent) "/" "\#u{E9}" ("OLDNAME" ("e\#u{301}"))"#
                ])
        }
    }

    /// Patterns that would take minutes are refused; those of people are not.
    @Test func patternsAreBounded() async throws {
        try await withListener { listener, ana in
            for number in 0..<300 {
                try await listener.test.mailStore.create(
                    "\(number) \(String(repeating: "a", count: 500))", for: ana, now: TestStore.now)
            }
            let client = try await listener.login()
            let wild = String(repeating: "*a", count: 60)
            #expect(try await client.ask(#"LIST "" "\#(wild)""#).count == 300)
            let pattern = String(repeating: "*a", count: 450)
            let many = Array(repeating: pattern, count: 60).joined(separator: " ")
            try await client.ask(#"LIST "" (\#(many))"#, "NO [LIMIT]")
        }
    }
}
