import MailCore
import SASL
import Testing

@testable import IMAP

@Suite struct AccountCommandTests {
    private static func entry(_ name: String) -> MetadataEntryName {
        guard let entry = MetadataEntryName(Array(name.utf8)) else { fatalError("an entry's name") }
        return entry
    }

    static let commands: [(String, IMAPCommand)] = [
        ("CAPABILITY", .capability), ("noop ", .noop), ("Logout", .logout), ("STARTTLS", .startTLS),
        ("LOGIN SMITH \"SESAME\"", .login(IMAPLogin(userName: Array("SMITH".utf8), password: Array("SESAME".utf8)))),
        (
            "LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man",
            .login(IMAPLogin(userName: Array("FRED FOOBAR".utf8), password: Array("fat man".utf8)))
        ),
        ("LOGIN a \"\"", .login(IMAPLogin(userName: Array("a".utf8), password: []))),
        ("AUTHENTICATE PLAIN", .authenticate(IMAPAuthentication(mechanism: .plain, initialResponse: nil))),
        ("AUTHENTICATE plain =", .authenticate(IMAPAuthentication(mechanism: .plain, initialResponse: []))),
        (
            "AUTHENTICATE PLAIN AGEAYg==",
            .authenticate(IMAPAuthentication(mechanism: .plain, initialResponse: [0, 0x61, 0, 0x62]))
        ),
        ("AUTHENTICATE GSSAPI", .authenticate(IMAPAuthentication(mechanism: nil, initialResponse: nil))),
        ("ENABLE CONDSTORE X-GOOD-IDEA utf8=accept", .enable([.condstore, .utf8Accept])),
        (
            "ID (\"name\" \"sodr\" \"version\" NIL)",
            .id(
                Identification(fields: [
                    Identification.Field(name: "name", value: "sodr"),
                    Identification.Field(name: "version", value: nil),
                ]))
        ),
        ("ID NIL", .id(Identification(fields: []))), ("ID ()", .id(Identification(fields: []))),
        ("LANGUAGE", .language([])), ("LANGUAGE FR \"EN\"", .language(["FR", "EN"])), ("COMPRESS DEFLATE", .compress),
        ("UNAUTHENTICATE", .unauthenticate), ("GETJMAPACCESS", .jmapAccess), ("IDLE", .idle), ("NAMESPACE", .namespace),
        ("CHECK", .check), ("CLOSE", .close), ("UNSELECT", .unselect), ("EXPUNGE", .expunge(nil)),
        ("UID EXPUNGE 3000:3002", .expunge(.of("3000:3002"))),
        // RFC 5464 §4.2 and §4.3.
        (
            "GETMETADATA \"\" /shared/comment",
            .getMetadata(
                GetMetadataRequest(
                    subject: .server, entries: [entry("/shared/comment")], sizeOctetsMax: nil, depth: .entry))
        ),
        (
            "GETMETADATA (MAXSIZE 1024 DEPTH 1) \"INBOX\" (/shared/comment \"/private/comment\")",
            .getMetadata(
                GetMetadataRequest(
                    subject: .mailbox(.inbox), entries: [entry("/shared/comment"), entry("/private/comment")],
                    sizeOctetsMax: 1_024, depth: .children))
        ),
        (
            "GETMETADATA \"INBOX\" (DEPTH infinity) (/private/filters/values)",
            .getMetadata(
                GetMetadataRequest(
                    subject: .mailbox(.inbox), entries: [entry("/private/filters/values")], sizeOctetsMax: nil,
                    depth: .infinity))
        ),
        (
            "SETMETADATA INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo lines. /shared/x NIL)",
            .setMetadata(
                SetMetadataRequest(
                    subject: .mailbox(.inbox),
                    entries: [
                        SetMetadataRequest.Entry(
                            name: entry("/private/comment"),
                            value: Array("My new comment across\r\ntwo lines.".utf8)),
                        SetMetadataRequest.Entry(name: entry("/shared/x"), value: nil),
                    ]))
        ),
        (
            "SETMETADATA \"\" (/shared/b ~{2}\r\n\u{0}x)",
            .setMetadata(
                SetMetadataRequest(
                    subject: .server, entries: [SetMetadataRequest.Entry(name: entry("/shared/b"), value: [0, 0x78])]))
        ),
        (
            "GETMETADATA \"INBOX\" /private/comment /shared/comment",
            .getMetadata(
                GetMetadataRequest(
                    subject: .mailbox(.inbox), entries: [entry("/private/comment"), entry("/shared/comment")],
                    sizeOctetsMax: nil, depth: .entry))
        ),
        // RFC 5465 §3 and §5.
        (
            "NOTIFY SET (selected MessageNew (UID) MessageExpunge) (inboxes MailboxName)",
            .notify(
                .set(
                    [
                        NotifyGroup(
                            filter: .selected, events: [.messageNew, .messageExpunge], newMessageAttributes: [.uid]),
                        NotifyGroup(filter: .inboxes, events: .mailboxName, newMessageAttributes: []),
                    ], status: .omitted))
        ),
        ("NOTIFY NONE", .notify(.none)),
        (
            "NOTIFY SET STATUS (selected (MessageNew (FLAGS BODY.PEEK[]) MessageExpunge))",
            .notify(
                .set(
                    [
                        NotifyGroup(
                            filter: .selected, events: [.messageNew, .messageExpunge],
                            newMessageAttributes: [
                                .flags, .section(SectionFetch(section: SectionSpecification(), effect: .leaves)),
                            ])
                    ], status: .sent))
        ),
        (
            "NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) (subtree (Lists a) (MailboxName)) "
                + "(mailboxes misc NONE) (inboxes (MessageNew MessageExpunge)) (personal (SubscriptionChange))",
            .notify(
                .set(
                    [
                        NotifyGroup(
                            filter: .selectedDelayed, events: [.messageNew, .messageExpunge, .flagChange],
                            newMessageAttributes: []),
                        NotifyGroup(
                            filter: .subtree([.named("Lists"), .named("a")]), events: .mailboxName,
                            newMessageAttributes: []),
                        NotifyGroup(filter: .mailboxes([.named("misc")]), events: [], newMessageAttributes: []),
                        NotifyGroup(
                            filter: .inboxes, events: [.messageNew, .messageExpunge], newMessageAttributes: []),
                        NotifyGroup(filter: .personal, events: .subscriptionChange, newMessageAttributes: []),
                    ], status: .omitted))
        ),
    ]

    @Test(arguments: commands) func reads(text: String, command: IMAPCommand) throws {
        #expect(try parse(text) == command)
    }

    @Test(arguments: [
        "", " ", "FOO", "NOOP x", "CAPABILITYx", "LOGIN", "LOGIN a", "LOGIN a b c", "LOGIN a NIL\u{0}", "LOGIN (a) b",
        "AUTHENTICATE", "AUTHENTICATE PLAIN !", "AUTHENTICATE PLAIN a b", "ENABLE", "ID", "ID (a)", "ID (\"a\")",
        "ID (\"a\" \"b\" \"A\" \"c\")", "COMPRESS", "COMPRESS LZ4", "GETMETADATA \"\" comment",
        "GETMETADATA \"\" /other/comment", "GETMETADATA \"\" /shared", "GETMETADATA \"\" /shared/",
        "GETMETADATA \"\" /shared/a*", "GETMETADATA (DEPTH 2) \"\" /shared/a", "GETMETADATA \"\" ()",
        "SETMETADATA \"\" (/shared/a)", "SETMETADATA \"\" (/shared/a b)", "SETMETADATA \"\" ()", "NOTIFY",
        "NOTIFY SET", "NOTIFY SET ()", "NOTIFY SET (selected (MessageNew))", "NOTIFY SET (inboxes (FlagChange))",
        "NOTIFY SET (inboxes (MessageNew (FLAGS) MessageExpunge))", "NOTIFY SET (selected (MailboxName))",
        "NOTIFY SET (selected NONE) (selected-delayed NONE)", "NOTIFY SET (nowhere NONE)", "UID EXPUNGE",
        "STARTTLS now", "EXPUNGE 1",
    ]) func refuses(text: String) {
        let refusal = refusal(text)
        // `/shared` alone is a lawful path.
        if text.hasSuffix(" /shared") { #expect(refusal == nil) } else { #expect(refusal?.condition == .bad) }
    }

    @Test func unknownEvents() {
        #expect(refusal("NOTIFY SET (inboxes (AnnotationChange))")?.code == .badEvent)
    }

    @Test func secretsStaySecret() throws {
        let command = try parse("LOGIN fred hunter2")
        var dumped = ""
        dump(command, to: &dumped)
        #expect("\(command)" == "LOGIN")
        #expect(!dumped.contains("104"))
    }

    @Test func listsAreBounded() {
        var grammar = IMAPGrammar()
        grammar.limits.listItemsMax = 3
        #expect(refusal("FETCH 1 (UID UID UID)", grammar: grammar) == nil)
        #expect(refusal("FETCH 1 (UID UID UID UID)", grammar: grammar)?.text == "Too many items")
        #expect(refusal("ENABLE CONDSTORE CONDSTORE CONDSTORE CONDSTORE", grammar: grammar)?.text == "Too many items")
    }
}
