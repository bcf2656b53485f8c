import MailCore
import Testing

@testable import IMAP

@Suite struct FetchTests {
    private static func request(_ set: String, _ attributes: [FetchAttribute], changedSince: Int64? = nil)
        -> IMAPCommand
    {
        request(.sequenceNumbers, set, attributes, changedSince: changedSince)
    }

    private static func request(
        _ numbering: MessageNumbering, _ set: String, _ attributes: [FetchAttribute],
        changedSince: Int64? = nil, expunged: FetchRequest.ExpungedReport = .none, partial: PartialRange? = nil
    ) -> IMAPCommand {
        .fetch(
            FetchRequest(
                numbering: numbering, messages: .of(set), attributes: attributes,
                changedSince: changedSince.map(ModSeq.init(rawValue:)), expunged: expunged, partial: partial))
    }

    private static func section(
        _ part: [UInt32] = [], _ text: SectionSpecification.Text = .all, _ effect: SeenEffect = .sets,
        _ range: OctetRange? = nil
    ) -> FetchAttribute {
        .section(
            SectionFetch(section: SectionSpecification(part: PartPath(part), text: text), effect: effect, range: range))
    }

    static let commands: [(String, IMAPCommand)] = [
        // RFC 9051 §6.4.5.
        (
            "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
            request("2:4", [.flags, section([], .headerFields(["DATE", "FROM"]))])
        ),
        ("FETCH 1 ALL", request("1", [.flags, .internalDate, .size, .envelope])),
        ("FETCH 1 FAST", request("1", [.flags, .internalDate, .size])),
        ("fetch 1 full", request("1", [.flags, .internalDate, .size, .envelope, .body])),
        ("FETCH 1 BODY", request("1", [.body])),
        ("FETCH 1 BODY[]", request("1", [section()])),
        ("FETCH 1 BODY[]<0.2048>", request("1", [section([], .all, .sets, OctetRange(offset: 0, octetsMax: 2_048))])),
        ("FETCH 1 BODY.PEEK[1.2.MIME]", request("1", [section([1, 2], .mime, .leaves)])),
        ("FETCH 1 BODY[TEXT]", request("1", [section([], .text)])),
        ("FETCH 1 BODY[4.2.2.HEADER]", request("1", [section([4, 2, 2], .header)])),
        ("FETCH 1 BODY[3.HEADER.FIELDS.NOT (\"X-A\")]", request("1", [section([3], .headerFieldsNot(["X-A"]))])),
        (
            "FETCH 1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)",
            request(
                "1",
                [
                    .section(SectionFetch(name: .rfc822, section: SectionSpecification())),
                    .section(
                        SectionFetch(
                            name: .rfc822Header, section: SectionSpecification(text: .header), effect: .leaves)),
                    .section(SectionFetch(name: .rfc822Text, section: SectionSpecification(text: .text))), .size,
                ])
        ),
        ("UID FETCH 4827313:4828442 FLAGS", request(.uids, "4827313:4828442", [.flags])),
        ("FETCH *:4,5:7 UID", request("*:4,5:7", [.uid])),
        ("FETCH 1:4294967295 (UID)", request("1:4294967295", [.uid])),
        // RFC 7162 §3.1.4.1, §3.2.6.
        ("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)", request(.uids, "1:*", [.flags], changedSince: 12_345)),
        (
            "UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)",
            request(.uids, "300:500", [.flags], changedSince: 12_345, expunged: .vanishedEarlier)
        ),
        ("FETCH 1:3 (MODSEQ)", request("1:3", [.modSeq])),
        // RFC 9394 §3.3.
        (
            "UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-100)",
            request(.uids, "25900:26600", [.uid, .flags], partial: PartialRange(.fromNewest, 1, 100))
        ),
        // RFC 3516 §4.
        ("FETCH 2 BINARY[1]", request("2", [.binary(BinaryFetch(part: PartPath([1])))])),
        (
            "FETCH 2 (BINARY.PEEK[1]<5.7> BINARY.SIZE[2.1])",
            request(
                "2",
                [
                    .binary(
                        BinaryFetch(
                            part: PartPath([1]), effect: .leaves, range: OctetRange(offset: 5, octetsMax: 7))),
                    .binarySize(PartPath([2, 1])),
                ])
        ),
        // RFC 8474 §5, RFC 8514 §4.2, RFC 8970 §3.1.
        ("FETCH 1 (EMAILID THREADID SAVEDATE)", request("1", [.emailID, .threadID, .saveDate])),
        ("FETCH 1 (RFC822.SIZE PREVIEW)", request("1", [.size, .preview(.now)])),
        ("FETCH 1 (PREVIEW (LAZY) UID)", request("1", [.preview(.lazy), .uid])),
        ("FETCH 1 PREVIEW (LAZY)", request("1", [.preview(.lazy)])),
        ("FETCH 1 PREVIEW (CHANGEDSINCE 5)", request("1", [.preview(.now)], changedSince: 5)),
    ]

    @Test(arguments: commands) func reads(text: String, command: IMAPCommand) throws {
        #expect(try parse(text, enabled: [.qresync]) == command)
    }

    @Test(arguments: [
        "FETCH", "FETCH 1", "FETCH 1 ", "FETCH 0 FLAGS", "FETCH 1:0 FLAGS", "FETCH 4294967296 FLAGS", "FETCH 1, FLAGS",
        "FETCH ,1 FLAGS", "FETCH 1: FLAGS", "FETCH  1 FLAGS", "FETCH 1  FLAGS", "FETCH 1 ()", "FETCH 1 (FLAGS",
        "FETCH 1 FLAGS)", "FETCH 1 (FLAGS  UID)", "FETCH 1 (ALL)", "FETCH 1 BODY[", "FETCH 1 BODY[0]",
        "FETCH 1 BODY[1.]", "FETCH 1 BODY[MIME]", "FETCH 1 BODY[1.2", "FETCH 1 BODY[]<0>", "FETCH 1 BODY[]<0.0>",
        "FETCH 1 BODY[]<0.1", "FETCH 1 BODY[HEADER.FIELDS]", "FETCH 1 BODY[HEADER.FIELDS ()]",
        "FETCH 1 BODY[HEADER.FIELDS (\"a b\")]", "FETCH 1 BODY[HEADER.FIELDS (\"\")]", "FETCH 1 BINARY[TEXT]",
        "FETCH 1 BINARY", "FETCH 1 BINARY.SIZE[1]<0.1>", "FETCH 1 FLAGS (CHANGEDSINCE 0)", "FETCH 1 FLAGS ()",
        "FETCH 1 FLAGS (VANISHED)", "FETCH 1:* FLAGS (CHANGEDSINCE 1 VANISHED)", "FETCH 1 FLAGS (PARTIAL 1:-2)",
        "UID FETCH 1 FLAGS (PARTIAL 0:1)", "FETCH 1 PREVIEW (LAZY LAZIER)", "FETCH 1 FLAGS UID", "UID", "UID ",
        "UID NOOP", "UIDFETCH 1 FLAGS", "FETCH 1 BODY[1.1.99999999999]",
    ]) func refuses(text: String) {
        #expect(refusal(text, grammar: IMAPGrammar(enabled: [.qresync]))?.condition == .bad)
    }

    @Test func deepSections() {
        let deep = "FETCH 1 BODY[" + Array(repeating: "1", count: 65).joined(separator: ".") + "]"
        #expect(refusal(deep)?.condition == .bad)
    }

    static let stores: [(String, IMAPCommand)] = [
        // RFC 9051 §6.4.6.
        ("STORE 2:4 +FLAGS (\\Deleted)", store("2:4", .add, FlagList(.deleted))),
        (
            "UID STORE 7 -FLAGS.SILENT \\Seen $Junk",
            store(.uids, "7", .remove, FlagList(.seen, keywords: Keyword.named("$Junk")), report: .silent)
        ),
        ("STORE 1 FLAGS ()", store("1", .replace, FlagList())),
        ("STORE 1 flags (a A \\seen)", store("1", .replace, FlagList(.seen, keywords: Keyword.named("a")))),
        // RFC 7162 §3.1.3.
        (
            "UID STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
            store(.uids, "6,4,8", .add, FlagList(.deleted), unchangedSince: 12_121_230_045, report: .silent)
        ),
        (
            "STORE 12 (UNCHANGEDSINCE 0) +FLAGS ($Processed)",
            store("12", .add, FlagList(keywords: Keyword.named("$Processed")), unchangedSince: 0)
        ),
    ]

    private static func store(
        _ set: String, _ change: StoreRequest.Change, _ flags: FlagList, unchangedSince: Int64? = nil
    ) -> IMAPCommand {
        store(.sequenceNumbers, set, change, flags, unchangedSince: unchangedSince)
    }

    private static func store(
        _ numbering: MessageNumbering, _ set: String, _ change: StoreRequest.Change,
        _ flags: FlagList, unchangedSince: Int64? = nil, report: StoreRequest.Report = .flags
    ) -> IMAPCommand {
        .store(
            StoreRequest(
                numbering: numbering, messages: .of(set), unchangedSince: unchangedSince.map(ModSeq.init(rawValue:)),
                change: change, flags: flags, report: report))
    }

    @Test(arguments: stores) func readsStore(text: String, command: IMAPCommand) throws {
        #expect(try parse(text) == command)
    }

    @Test(arguments: [
        "STORE 1 +FLAGS", "STORE 1 FLAGS", "STORE 1 ++FLAGS (a)", "STORE 1 +FLAGS (\\Recent)", "STORE 1 FLAGS (\\Foo)",
        "STORE 1 FLAGS (\\*)", "STORE 1 FLAGS.LOUD (a)", "STORE 1 (UNCHANGEDSINCE) FLAGS (a)",
        "STORE 1 (UNCHANGEDSINCE 1 UNCHANGEDSINCE 2) FLAGS (a)", "STORE 1 (CHANGEDSINCE 1) FLAGS (a)",
        "STORE 1 FLAGS (a", "STORE 1 FLAGS a)", "COPY 1", "COPY 1 ", "MOVE x INBOX", "COPY 1 a b",
        "STORE 1 (UNCHANGEDSINCE 9223372036854775808) FLAGS (a)",
    ]) func refusesStore(text: String) {
        #expect(refusal(text)?.condition == .bad)
    }

    @Test func keywordsThatAreTooLong() {
        let keyword = String(repeating: "k", count: 101)
        #expect(refusal("STORE 1 FLAGS (\(keyword))") == .no("Keyword too long", code: .limit))
    }

    /// A word of an extension that is switched off is unknown.
    @Test(arguments: [
        ("FETCH 1 MODSEQ", IMAPCapability.condstore), ("FETCH 1 BINARY[1]", .binary), ("FETCH 1 PREVIEW", .preview),
        ("FETCH 1 EMAILID", .objectID), ("FETCH 1 SAVEDATE", .saveDate), ("MOVE 1 INBOX", .move), ("IDLE", .idle),
        ("SORT (DATE) UTF-8 ALL", .sort), ("UID EXPUNGE 1", .uidPlus), ("SEARCH RETURN () ALL", .extendedSearch),
        ("LIST (SUBSCRIBED) \"\" *", .listExtended), ("GETACL INBOX", .acl), ("SEARCH OLDER 1", .within),
        ("FETCH $ FLAGS", .searchResult), ("NOTIFY NONE", .notify), ("GETQUOTA \"\"", .quota), ("ID NIL", .id),
        ("CREATE a (USE (\\Sent))", .createSpecialUse), ("STATUS INBOX (SIZE)", .statusSize),
        ("LSUB \"\" *", .imap4rev1),
        ("UIDBATCHES 500", .uidBatches), ("SEARCH FUZZY ALL", .fuzzySearch), ("ENABLE CONDSTORE", .enable),
    ]) func switchedOff(text: String, capability: IMAPCapability) throws {
        _ = try parse(text)
        var offered = IMAPCapabilitySet.all
        offered.remove(capability)
        if capability == .statusSize { offered.remove(.imap4rev2) }
        #expect(refusal(text, grammar: IMAPGrammar(capabilities: offered))?.condition == .bad)
    }
}
