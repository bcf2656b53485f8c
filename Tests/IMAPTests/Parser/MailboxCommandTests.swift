import MailCore
import Testing

@testable import IMAP

@Suite struct MailboxCommandTests {
    private static func list(_ patterns: [String]) -> IMAPCommand { list(.basic, [], "", patterns) }

    private static func list(
        _ form: ListRequest.Form, _ patterns: [String], _ returning: ListRequest.Returning = [],
        status: [StatusItem] = [], metadata: [String] = []
    ) -> IMAPCommand {
        list(form, [], "", patterns, returning, status: status, metadata: metadata)
    }

    private static func list(
        _ form: ListRequest.Form, _ selection: ListRequest.Selection, _ patterns: [String],
        _ returning: ListRequest.Returning = []
    ) -> IMAPCommand {
        list(form, selection, "", patterns, returning)
    }

    private static func list(
        _ form: ListRequest.Form, _ selection: ListRequest.Selection, _ reference: String,
        _ patterns: [String], _ returning: ListRequest.Returning = [], status: [StatusItem] = [],
        metadata: [String] = []
    ) -> IMAPCommand {
        .list(
            ListRequest(
                form: form, selection: selection, reference: reference, patterns: patterns, returning: returning,
                status: status, metadata: metadata.compactMap { MetadataEntryName(Array($0.utf8)) }))
    }

    static let lists: [(String, IMAPCommand)] = [
        // RFC 9051 §6.3.9.
        ("LIST \"\" \"\"", list([""])), ("LIST ~/Mail/ %", list(.basic, [], "~/Mail/", ["%"])),
        ("LIST \"\" INBOX/*", list(["INBOX/*"])), ("LIST \"\" {1}\r\n*", list(["*"])),
        ("LIST () \"\" \"*\"", list(.extended, ["*"])),
        ("LIST (SUBSCRIBED) \"\" \"*\"", list(.extended, .subscribed, ["*"])),
        ("LIST \"\" % RETURN (CHILDREN)", list(.extended, ["%"], .children)),
        (
            "LIST (REMOTE SUBSCRIBED) \"\" % RETURN (CHILDREN SUBSCRIBED)",
            list(.extended, [.remote, .subscribed], ["%"], [.children, .subscribed])
        ),
        ("LIST \"\" (INBOX \"Drafts\" \"Sent/%\")", list(.extended, ["INBOX", "Drafts", "Sent/%"])),
        ("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" *", list(.extended, [.subscribed, .recursiveMatch], ["*"])),
        // RFC 5819 §2, RFC 6154 §5, RFC 8440 §3, RFC 9590 §3.
        ("LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN))", list(.extended, ["%"], status: [.messages, .unseen])),
        ("LIST (SPECIAL-USE) \"\" *", list(.extended, .specialUse, ["*"])),
        ("LIST \"\" * RETURN (SPECIAL-USE MYRIGHTS)", list(.extended, ["*"], [.specialUse, .myRights])),
        (
            "LIST \"\" * RETURN (METADATA (\"/shared/comment\" /private/Comment))",
            list(.extended, ["*"], metadata: ["/shared/comment", "/private/comment"])
        ),
        // RFC 3501 §6.3.9 and §5.1.3.
        (
            "LSUB \"#news.\" \"comp.mail.*\"",
            .lsub(
                ListRequest(
                    form: .basic, selection: .subscribed, reference: "#news.", patterns: ["comp.mail.*"], returning: [],
                    status: [], metadata: []))
        ),
        ("LIST \"\" ~peter/mail/&U,BTFw-/&ZeVnLIqe-*", list(["~peter/mail/台北/日本語*"])),
    ]

    @Test(arguments: lists) func readsLists(text: String, command: IMAPCommand) throws {
        #expect(try parse(text) == command)
    }

    static let commands: [(String, IMAPCommand)] = [
        ("SELECT INBOX", select(.inbox)), ("EXAMINE \"iNbOx\"", select(.inbox, .readOnly)),
        // RFC 7162 §3.1.8, §3.2.5.
        ("SELECT INBOX (CONDSTORE)", select(.inbox, enabling: .condstore)),
        (
            "SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))",
            select(
                .inbox,
                resync: SelectRequest.Resynchronization(
                    uidValidity: UIDValidity(rawValue: 67_890_007), modSeq: ModSeq(rawValue: 20_050_715_194_045_000),
                    knownUIDs: .of("41,43:211,214:541"), match: nil))
        ),
        (
            "SELECT INBOX (QRESYNC (67890007 90060115194045000 1:29997 (5000,7500 15000,22500)))",
            select(
                .inbox,
                resync: SelectRequest.Resynchronization(
                    uidValidity: UIDValidity(rawValue: 67_890_007), modSeq: ModSeq(rawValue: 90_060_115_194_045_000),
                    knownUIDs: .of("1:29997"),
                    match: SelectRequest.Match(sequenceNumbers: .of("5000,7500"), uids: .of("15000,22500"))))
        ),
        ("CREATE owatagusiam/", .create(CreateRequest(mailbox: .named("owatagusiam"), uses: []))),
        (
            "CREATE MySpecial (USE (\\Drafts \\Sent))",
            .create(CreateRequest(mailbox: .named("MySpecial"), uses: [.drafts, .sent]))
        ),
        ("DELETE inbox/a", .delete(.named("INBOX/a"))),
        ("RENAME a \"b c\"", .rename(from: .named("a"), to: .named("b c"))),
        ("SUBSCRIBE &AOk-t&AOk-", .subscribe(.named("été"))), ("UNSUBSCRIBE {3}\r\na b", .unsubscribe(.named("a b"))),
        ("STATUS blurdybloop (UIDNEXT MESSAGES)", .status(.named("blurdybloop"), [.uidNext, .messages])),
        (
            "STATUS INBOX (HIGHESTMODSEQ SIZE DELETED DELETED-STORAGE APPENDLIMIT MAILBOXID RECENT UNSEEN UIDVALIDITY)",
            .status(
                .inbox,
                [
                    .highestModSeq, .size, .deleted, .deletedStorage, .appendLimit, .mailboxID, .recent, .unseen,
                    .uidValidity,
                ])
        ),
        ("GETACL a", .getACL(.named("a"))), ("MYRIGHTS a", .myRights(.named("a"))),
        (
            "SETACL INBOX/Drafts John lrswicda",
            .setACL(
                .named("INBOX/Drafts"), identifier("John"),
                .replace([
                    .lookup, .read, .seen, .write, .insert, .create, .deleteMailbox, .deleteMessages, .expunge,
                    .administer,
                ]))
        ),
        ("SETACL a -fred +x", .setACL(.named("a"), identifier("-fred"), .add(.deleteMailbox))),
        ("SETACL a fred -te", .setACL(.named("a"), identifier("fred"), .remove([.deleteMessages, .expunge]))),
        ("SETACL a fred \"\"", .setACL(.named("a"), identifier("fred"), .replace([]))),
        ("DELETEACL INBOX Fred", .deleteACL(.inbox, identifier("Fred"))),
        ("LISTRIGHTS ~/Mail/saved smith", .listRights(.named("~/Mail/saved"), identifier("smith"))),
        ("GETQUOTA \"!partition/sda4\"", .getQuota(root: "!partition/sda4")),
        ("GETQUOTAROOT INBOX", .getQuotaRoot(.inbox)),
        (
            "SETQUOTA \"\" (STORAGE 512 message 3)",
            .setQuota(
                root: "", [QuotaLimit(resource: .storage, limit: 512), QuotaLimit(resource: .message, limit: 3)])
        ),
        ("SETQUOTA a ()", .setQuota(root: "a", [])),
    ]

    private static func identifier(_ text: String) -> AccessIdentifier {
        guard let identifier = AccessIdentifier(text) else { fatalError("an identifier") }
        return identifier
    }

    private static func select(
        _ mailbox: MailboxName, _ access: MailboxAccess = .readWrite, enabling: IMAPCapability? = nil,
        resync: SelectRequest.Resynchronization? = nil
    ) -> IMAPCommand {
        .select(
            SelectRequest(
                mailbox: mailbox, access: access, resynchronization: resync,
                enabling: enabling.map { [$0] } ?? []))
    }

    @Test(arguments: commands) func reads(text: String, command: IMAPCommand) throws {
        #expect(try parse(text, enabled: [.qresync]) == command)
    }

    @Test func utf8Names() throws {
        #expect(try parse("DELETE \"été & co\"", enabled: [.imap4rev2]) == .delete(.named("été & co")))
        #expect(try parse("LIST \"\" \"日%\"", enabled: [.utf8Accept]) == Self.list(["日%"]))
        for name in ["\"été\"", "&", "&AOk", "&Jjo!", "&U,BTFw-&ZeVnLIqe-", "&AGE-", "\"\"", "&2D0-", "&AAE-", "\u{1}"]
        {
            #expect(refusal("DELETE \(name)")?.condition != nil)
        }
        #expect(refusal("DELETE &AOk") == .no("Not a mailbox name", code: .cannot))
        #expect(refusal("DELETE \(String(repeating: "x", count: 1_001))")?.code == .cannot)
    }

    @Test(arguments: [
        "SELECT", "SELECT ", "SELECT a b", "SELECT a ()", "SELECT a (FOO)", "SELECT a (QRESYNC (0 1))",
        "SELECT a (QRESYNC (1 0))", "SELECT a (QRESYNC (1 2 1:*))", "SELECT a (QRESYNC (1 2 (1:2)))",
        "SELECT a (QRESYNC (1 2 $))", "CREATE a (USE)", "CREATE a (FOO)", "RENAME a", "STATUS a", "STATUS a ()",
        "STATUS a MESSAGES", "STATUS a (FOO)", "LIST", "LIST \"\"", "LIST \"\" (a", "LIST \"\" * RETURN",
        "LIST \"\" * RETURN (FOO)", "LIST (RECURSIVEMATCH) \"\" *", "LIST (REMOTE RECURSIVEMATCH) \"\" *",
        "LIST (FOO) \"\" *", "LIST \"\" ()", "LIST \"\" * RETURN (STATUS)", "SETACL a b q", "SETACL a \"\" r",
        "SETACL a b LR", "SETQUOTA a", "SETQUOTA a (STORAGE)", "GETQUOTA", "NAMESPACE x", "LSUB \"\" (a b)",
    ]) func refuses(text: String) {
        #expect(refusal(text, grammar: IMAPGrammar(enabled: [.qresync]))?.condition == .bad)
    }

    @Test func refusalsThatAreNone() {
        #expect(refusal("CREATE a (USE (\\Foo))")?.code == .useAttribute)
        #expect(refusal("SETQUOTA a (FOO 1)")?.code == .cannot)
        #expect(refusal("SELECT INBOX (QRESYNC (1 2))")?.condition == .bad)
        let uidOnly = IMAPGrammar(enabled: [.qresync, .uidOnly])
        #expect(refusal("SELECT INBOX (QRESYNC (1 2 (1 1)))", grammar: uidOnly)?.code == .uidRequired)
    }
}
