import MailCore
import NIOCore
import Testing

@testable import IMAP

@Suite struct ResponseWriterTests {
    private func written(
        _ enabled: IMAPCapabilitySet = [], _ write: (inout IMAPResponseWriter) -> Void
    ) -> String {
        var writer = IMAPResponseWriter(dialect: IMAPDialect(enabled: enabled))
        write(&writer)
        return String(buffer: writer.take())
    }

    private func tag(_ text: String) throws -> CommandTag { try #require(CommandTag(text.utf8)) }

    static let codes: [(ResponseCode, String)] = [
        (.alert, "ALERT"),
        (.appendUID(UIDValidity(rawValue: 38_505), UIDSet(ranges: [3_955...3_955])), "APPENDUID 38505 3955"),
        (
            .copyUID(
                UIDValidity(rawValue: 38_505), from: UIDSet(ranges: [304...304, 319...320]),
                to: UIDSet(ranges: [3_956...3_958])),
            "COPYUID 38505 304,319:320 3956:3958"
        ),
        (.badCharset, "BADCHARSET (US-ASCII UTF-8)"), (.badURL("/Inbox;]\r\nUID"), "BADURL /Inbox;UID"),
        (.highestModSeq(ModSeq(rawValue: 715_194_045_007)), "HIGHESTMODSEQ 715194045007"),
        (.inProgress(CommandTag("A1".utf8), done: 454, goal: 1_000), "INPROGRESS (\"A1\" 454 1000)"),
        (.inProgress(CommandTag("A1".utf8), done: 0, goal: 0), "INPROGRESS (\"A1\" 0 NIL)"),
        (.inProgress(nil, done: nil, goal: nil), "INPROGRESS"),
        (.mailboxID("F2212ea87-6097"), "MAILBOXID (F2212ea87-6097)"),
        (.messageLimit(1_000, UID(rawValue: 23_221)), "MESSAGELIMIT 1000 23221"),
        (.messageLimit(1_000, nil), "MESSAGELIMIT 1000"),
        (.metadataLongEntries(2_199), "METADATA LONGENTRIES 2199"), (.metadataTooMany, "METADATA TOOMANY"),
        (.modified(ranges: [7...7, 9...9]), "MODIFIED 7,9"),
        (.permanentFlags(FlagList([.deleted, .seen]), .welcome), "PERMANENTFLAGS (\\Deleted \\Seen \\*)"),
        (.permanentFlags(FlagList(), .refused), "PERMANENTFLAGS ()"), (.readOnly, "READ-ONLY"),
        (.tryCreate, "TRYCREATE"),
        (.uidNext(4_392), "UIDNEXT 4392"),
        (.uidValidity(UIDValidity(rawValue: 3_857_529_045)), "UIDVALIDITY 3857529045"),
        (.unseen(SequenceNumber(rawValue: 17)), "UNSEEN 17"), (.closed, "CLOSED"),
        (.compressionActive, "COMPRESSIONACTIVE"),
        (.useAttribute, "USEATTR"), (.uidRequired, "UIDREQUIRED"), (.nonExistent, "NONEXISTENT"),
    ]

    @Test(arguments: codes) func responseCodes(code: ResponseCode, text: String) {
        #expect(written { $0.untagged(.ok, code: code, "done") } == "* OK [\(text)] done\r\n")
    }

    @Test func statusResponses() throws {
        let tag = try tag("A142")
        #expect(written { $0.completion(.ok(), tag: tag, name: "SELECT") } == "A142 OK SELECT completed\r\n")
        #expect(written { $0.completion(.no("é\r\nx", code: .inUse), tag: nil, name: "") } == "* NO [INUSE] ????x\r\n")
        #expect(written { $0.bye("later") } == "* BYE later\r\n")
        #expect(written { $0.continuation("idling") } == "+ idling\r\n")
        #expect(written { $0.challenge([]) } == "+ \r\n")
        #expect(written { $0.enabled([.qresync, .condstore]) } == "* ENABLED CONDSTORE QRESYNC\r\n")
        #expect(written { $0.enabled([]) } == "* ENABLED\r\n")
    }

    @Test func mailboxes() {
        let name = MailboxName.named("日本 \"x\"")
        #expect(written { $0.list(ListedMailbox(name: name)) } == "* LIST () \"/\" \"&ZeVnLA- \\\"x\\\"\"\r\n")
        #expect(written([.imap4rev2]) { $0.list(ListedMailbox(name: name)) } == "* LIST () \"/\" \"日本 \\\"x\\\"\"\r\n")
        var listed = ListedMailbox(
            name: .named("Sent"), attributes: [.subscribed, .hasNoChildren], uses: [.sent])
        #expect(written { $0.list(listed) } == "* LIST (\\HasNoChildren \\Subscribed \\Sent) \"/\" Sent\r\n")
        #expect(written { $0.lsub(listed) }.hasPrefix("* LSUB (\\HasNoChildren"))
        listed.childInfo = .subscribed
        listed.oldName = .named("Sänt")
        #expect(
            written { $0.list(listed) }.hasSuffix("Sent (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (S&AOQ-nt))\r\n"))
        #expect(written { $0.listSeparator() } == "* LIST (\\Noselect) \"/\" \"\"\r\n")
        for (name, spelling) in [
            ("NIL", "\"NIL\""), ("a b", "\"a b\""), ("a&b", "a&-b"), ("a%", "\"a%\""), ("[x]", "[x]"),
        ] {
            #expect(written { $0.mailbox(.named(name)) } == spelling)
        }
        #expect(
            written {
                $0.status(
                    .inbox,
                    [
                        .messages(231), .uidNext(44_292), .mailboxID("Fa"), .appendLimit(nil), .appendLimit(9),
                        .size(5),
                        .deletedStorage(8), .highestModSeq(ModSeq(rawValue: 7)),
                    ])
            }
                == "* STATUS INBOX (MESSAGES 231 UIDNEXT 44292 MAILBOXID (Fa) APPENDLIMIT NIL APPENDLIMIT 9 SIZE 5 "
                + "DELETED-STORAGE 8 HIGHESTMODSEQ 7)\r\n")
        #expect(
            written { $0.flags(FlagList([.answered, .seen], keywords: Keyword.named("x"))) }
                == "* FLAGS (\\Answered \\Seen x)\r\n")
        let namespaces = Namespaces(personal: [""], others: ["Other Users/"], shared: [])
        #expect(written { $0.namespace(namespaces) } == "* NAMESPACE ((\"\" \"/\")) ((\"Other Users/\" \"/\")) NIL\r\n")
    }

    @Test func fetch() {
        let message = SequenceNumber(rawValue: 12)
        let uid = UID(rawValue: 4_827)
        let date = InternalDate(secondsSince1970: 837_596_665, zoneMinutes: -420)
        let section = SectionFetch(
            section: SectionSpecification(part: PartPath([1, 2]), text: .headerFields(["Date", "X-A]"])),
            range: OctetRange(offset: 5, octetsMax: 7))
        let response = written { writer in
            var items = writer.beginFetch(message, uid)
            writer.fetchFlags(FlagList(.seen, keywords: Keyword.named("$Junk")), .recent, &items)
            writer.fetchUID(uid, &items)
            writer.fetchInternalDate(date, &items)
            writer.fetchSize(4_286, &items)
            Array("(NIL NIL)".utf8).withUnsafeBytes { writer.fetchEnvelope($0, &items) }
            writer.fetchModSeq(ModSeq(rawValue: 9), &items)
            writer.fetchEmailID("M1", &items)
            writer.fetchThreadID(nil, &items)
            writer.fetchSaveDate(nil, &items)
            writer.fetchPreview("a \"b\"", &items)
            writer.fetchSection(section, octets: 3, content: .text, &items)
            writer.write(ByteBuffer(string: "abc"))
            writer.fetchNoSection(SectionFetch(name: .rfc822Text, section: SectionSpecification(text: .text)), &items)
            writer.fetchBinary(BinaryFetch(part: PartPath([1])), octets: 1, content: .binary, &items)
            writer.write(ByteBuffer(bytes: [0]))
            writer.fetchBinarySize(PartPath([1]), octets: 1, &items)
            writer.endFetch(items)
        }
        #expect(
            response
                == "* 12 FETCH (FLAGS (\\Seen $Junk \\Recent) UID 4827 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                + "RFC822.SIZE 4286 ENVELOPE (NIL NIL) MODSEQ (9) EMAILID (M1) THREADID NIL SAVEDATE NIL "
                + "PREVIEW \"a \\\"b\\\"\" BODY[1.2.HEADER.FIELDS (Date X-A])]<5> {3}\r\nabc RFC822.TEXT NIL "
                + "BINARY[1] ~{1}\r\n\u{0} BINARY.SIZE[1] 1)\r\n")
        let byUID = written([.uidOnly, .imap4rev2]) { writer in
            var items = writer.beginFetch(message, uid)
            writer.fetchFlags(FlagList(), .recent, &items)
            writer.endFetch(items)
        }
        #expect(byUID == "* 4827 UIDFETCH (FLAGS ())\r\n")
    }

    /// Strings that UTF-8 clients may see in quotes, others as literals.
    @Test func strings() {
        #expect(written { $0.string("é") } == "{2}\r\né")
        #expect(written([.utf8Accept]) { $0.string("é") } == "\"é\"")
        #expect(written([.utf8Accept]) { $0.string([0xC3]) }.hasPrefix("{1}\r\n"))
        #expect(written { $0.string("a\r\nb") } == "{4}\r\na\r\nb")
        #expect(written { $0.string([0]) } == "~{1}\r\n\u{0}")
        #expect(written { $0.string(String(repeating: "x", count: 2_049)) }.hasPrefix("{2049}\r\n"))
        #expect(written { $0.nstring(nil) } == "NIL")
        #expect(written { $0.astring("") } == "\"\"")
        #expect(written { $0.number(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.number(UInt64(0)) } == "0")
    }

    @Test func internalDates() {
        for (seconds, zone, text) in [
            (Int64(0), 0, "01-Jan-1970 00:00:00 +0000"), (-1, 0, "31-Dec-1969 23:59:59 +0000"),
            (0, -1, "31-Dec-1969 23:59:00 -0001"), (951_782_400, 330, "29-Feb-2000 05:30:00 +0530"),
        ] {
            let response = written { writer in
                var items = IMAPResponseWriter.FetchItems()
                writer.fetchInternalDate(InternalDate(secondsSince1970: seconds, zoneMinutes: zone), &items)
            }
            #expect(response == "INTERNALDATE \"\(text)\"")
        }
        let extremes = [Int64.min, Int64.max].map { seconds in
            written { writer in
                var items = IMAPResponseWriter.FetchItems()
                writer.fetchInternalDate(InternalDate(secondsSince1970: seconds), &items)
            }
        }
        #expect(extremes.allSatisfy { $0.utf8.count == 41 })
    }

    @Test func searches() throws {
        #expect(written { $0.search([2...3, 84...84]) } == "* SEARCH 2 3 84\r\n")
        #expect(written { $0.search([], modSeq: ModSeq(rawValue: 1)) } == "* SEARCH\r\n")
        #expect(
            written { $0.search([2...2, 5...5], modSeq: ModSeq(rawValue: 917)) } == "* SEARCH 2 5 (MODSEQ 917)\r\n")
        #expect(written { $0.sort([5...5, 3...3]) } == "* SORT 5 3\r\n")
        let many = (1...1_000).map { " \($0)" }.joined()
        #expect(written { $0.search([1...1_000]) } == "* SEARCH\(many)\r\n")
        #expect(written { $0.search([UInt32.max - 1...UInt32.max]) } == "* SEARCH 4294967294 4294967295\r\n")
        var result = ExtendedSearchResult(tag: try tag("A282"), numbering: .sequenceNumbers)
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A282\")\r\n")
        result.min = 2
        result.count = 3
        #expect(written { $0.extendedSearch(result) } == "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3\r\n")
        result = ExtendedSearchResult(tag: try tag("A283"), numbering: .uids)
        result.all = [2...2, 10...11]
        result.scores = [4, 99, 0]
        result.modSeq = ModSeq(rawValue: 1_236)
        result.source = ExtendedSearchResult.Source(mailbox: .named("folder1"), uidValidity: UIDValidity(rawValue: 1))
        #expect(
            written { $0.extendedSearch(result) }
                == "* ESEARCH (TAG \"A283\" MAILBOX folder1 UIDVALIDITY 1) UID ALL 2,10:11 RELEVANCY (4 99 1) MODSEQ 1236\r\n"
        )
        result = ExtendedSearchResult(tag: try tag("A"), numbering: .uids)
        result.page = ExtendedSearchResult.Page(range: PartialRange(.fromNewest, 1, 100), numbers: [])
        result.changes = [ExtendedSearchResult.Change(.added, position: 1, numbers: [2_731...2_731])]
        #expect(
            written { $0.extendedSearch(result) }
                == "* ESEARCH (TAG \"A\") UID PARTIAL (-1:-100 NIL) ADDTO (1 2731)\r\n")
        let tag = try tag("A143")
        #expect(
            written { $0.uidBatches([99_696...215_295, 20_351...99_695], tag: tag) }
                == "* UIDBATCHES (TAG \"A143\") 215295:99696,99695:20351\r\n")
        #expect(written { $0.uidBatches([], tag: tag) } == "* UIDBATCHES (TAG \"A143\")\r\n")
    }

    @Test func threads() {
        // RFC 5256 §4.
        var forest = ThreadForest()
        let two = forest.add(2)
        let left = forest.add(4, children: [forest.add(23)])
        let right = forest.add(44, children: [forest.add(7, children: [forest.add(96)])])
        let branches = forest.add(3, children: [forest.add(6, children: [left, right])])
        forest.roots = [two, branches]
        #expect(written { $0.thread(forest) } == "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n")
        var orphans = ThreadForest()
        orphans.roots = [orphans.add(nil, children: [orphans.add(3), orphans.add(5)])]
        #expect(written { $0.thread(orphans) } == "* THREAD ((3)(5))\r\n")
        #expect(written { $0.thread(ThreadForest()) } == "* THREAD\r\n")
        var deep = ThreadForest()
        var last = deep.add(1)
        for number in 2...300_000 { last = deep.add(UInt32(number), children: [last]) }
        deep.roots = [last]
        #expect(written { $0.thread(deep) }.hasSuffix(" 2 1)\r\n"))
    }

    @Test func accountData() throws {
        let fred = try #require(AccessIdentifier("Fred"))
        let negative = try #require(AccessIdentifier("-anyone"))
        let list: [(AccessIdentifier, AccessRights)] = [(fred, [.read, .lookup, .expunge]), (negative, [])]
        #expect(written { $0.acl(.inbox, list) } == "* ACL INBOX Fred lred -anyone \"\"\r\n")
        #expect(written { $0.myRights(.inbox, .all) } == "* MYRIGHTS INBOX lrswipkxteacd\r\n")
        // RFC 4314 §2.1.1, its examples, in our order of letters.
        func listed(_ always: String, _ groups: String) -> String {
            let grantable = groups.split(separator: " ").compactMap { AccessRights(letters: $0.utf8) }
            return written {
                $0.listRights(.inbox, fred, always: AccessRights(letters: always.utf8) ?? [], grantable: grantable)
            }
        }
        #expect(listed("", "lr s w i p k x t") == "* LISTRIGHTS INBOX Fred \"\" lr s w i p k x t c d\r\n")
        #expect(listed("", "lr swte i p k x") == "* LISTRIGHTS INBOX Fred \"\" lr swted i p k x c\r\n")
        #expect(listed("la", "r") == "* LISTRIGHTS INBOX Fred la r\r\n")
        #expect(listed("lke", "r") == "* LISTRIGHTS INBOX Fred lkecd r\r\n")
        #expect(
            written { $0.quota(root: "", [QuotaUsage(.storage, usage: 10, limit: 512)]) }
                == "* QUOTA \"\" (STORAGE 10 512)\r\n")
        #expect(written { $0.quotaRoot(.inbox, roots: ["#user/alice"]) } == "* QUOTAROOT INBOX \"#user/alice\"\r\n")
        let entry = try #require(MetadataEntryName(Array("/shared/comment".utf8)))
        let values = [MetadataValue(name: entry, value: Array("Shared".utf8)), MetadataValue(name: entry, value: nil)]
        #expect(
            written { $0.metadata(.mailbox(.inbox), values) }
                == "* METADATA INBOX (/shared/comment \"Shared\" /shared/comment NIL)\r\n")
        #expect(written { $0.metadataChanged(.server, [entry]) } == "* METADATA \"\" /shared/comment\r\n")
        let fields = [
            Identification.Field(name: "name", value: "Paloma"), Identification.Field(name: "os", value: nil),
        ]
        #expect(
            written { $0.identification(Identification(fields: fields)) } == "* ID (\"name\" \"Paloma\" \"os\" NIL)\r\n"
        )
        #expect(written { $0.identification(Identification(fields: [])) } == "* ID NIL\r\n")
        #expect(written { $0.languages(["EN"]) } == "* LANGUAGE (EN)\r\n")
        #expect(written { $0.jmapAccess("https://a/b") } == "* JMAPACCESS \"https://a/b\"\r\n")
        #expect(written([.imap4rev2]) { $0.recent(5) }.isEmpty)
        #expect(written { $0.recent(5) } == "* 5 RECENT\r\n")
        #expect(written { $0.vanished(UIDSet(ranges: [41...41, 43...116])) } == "* VANISHED 41,43:116\r\n")
        #expect(written { $0.vanishedEarlier(UIDSet(ranges: [41...41])) } == "* VANISHED (EARLIER) 41\r\n")
        #expect(written { $0.vanished(UIDSet()) }.isEmpty)
    }

    /// What is written can be read again.
    @Test func mailboxNamesComeBack() throws {
        var generator = SeededGenerator(seed: 8)
        let letters = Array("ab& \"\\%*日é(){}]/~\u{1F600}+")
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 1...8, using: &generator)).compactMap { _ in
                    letters.randomElement(using: &generator)
                })
            let name = MailboxName.named(text)
            for enabled in [[], [.imap4rev2]] as [IMAPCapabilitySet] {
                let command = "DELETE " + written(enabled) { $0.mailbox(name) }
                #expect(try parse(command, enabled: enabled) == .delete(name))
            }
        }
    }
}
