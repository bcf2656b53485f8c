import AgentTestSupport
import Delivery
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import MailSearch

/// Lists from the image in memory against a naive reading of the rows, after random changes.
@Suite struct EmailListTests {
    private struct World {
        let test: TestStore
        let search: MailSearch
        let account: AccountID
        var random: SeededGenerator
        var subjects: [EmailID: String] = [:]
        var sent = 0
        var made = 0
    }

    /// An e-mail as the rows say.
    private struct Row {
        var email: EmailID
        var thread: ThreadID
        var received = Int64.max
        var octets: Int64 = 0
        var flags: SystemFlags = []
        var keywords: Set<String> = []
        var mailboxes: Set<Int64> = []
    }

    private static func rows(_ world: World) async throws -> [Row] {
        let account = world.account
        return try await world.test.store.read { transaction in
            let there = Set(try MailStore.mailboxes(account, in: transaction).map(\.mailbox.rawValue))
            var rows: [EmailID: Row] = [:]
            try MailStore.copies(of: account, in: transaction) { copy in
                guard there.contains(copy.mailbox.rawValue) else { return }
                var row = rows[copy.email] ?? Row(email: copy.email, thread: copy.thread)
                if copy.internalDate < row.received {
                    row.received = copy.internalDate
                    row.octets = copy.octets
                }
                row.flags.formUnion(copy.flags)
                let words = copy.withKeywords { String(decoding: $0, as: UTF8.self) }
                for word in words.split(separator: " ") { row.keywords.insert(word.lowercased()) }
                row.mailboxes.insert(copy.mailbox.rawValue)
                rows[copy.email] = row
            }
            return Array(rows.values)
        }
    }

    private static func naive(_ query: EmailQuery, _ rows: [Row], _ subjects: [EmailID: String]) -> [EmailID] {
        func has(_ row: Row, _ keyword: EmailKeyword) -> Bool {
            switch keyword {
            case .flag(let flag): row.flags.contains(flag)
            case .word(let word): row.keywords.contains(word)
            }
        }
        func fits(_ filter: EmailFilter, _ row: Row) -> Bool {
            switch filter {
            case .all: return true
            case .nothing: return false
            case .and(let filters): return filters.allSatisfy { fits($0, row) }
            case .or(let filters): return filters.contains { fits($0, row) }
            case .not(let filter): return !fits(filter, row)
            case .inMailbox(let mailbox): return row.mailboxes.contains(mailbox.rawValue)
            case .inAny(let mailboxes): return mailboxes.contains { row.mailboxes.contains($0.rawValue) }
            case .inMailboxBeside(let others):
                return row.mailboxes.contains { !others.contains(MailboxID(rawValue: $0)) }
            case .received(let range): return range.contains(row.received)
            case .octets(let range): return range.contains(row.octets)
            case .keyword(let keyword): return has(row, keyword)
            case .thread(let share, let keyword):
                let thread = rows.filter { $0.thread == row.thread }
                switch share {
                case .all: return thread.allSatisfy { has($0, keyword) }
                case .some: return thread.contains { has($0, keyword) }
                case .none: return !thread.contains { has($0, keyword) }
                }
            case .hasAttachment: return (subjects[row.email] ?? "").contains("attached")
            case .emails(let emails): return emails.contains(row.email)
            case .text(let text): return text.needle.isContained(in: FoldedText.fold(subjects[row.email] ?? ""))
            }
        }
        func key(_ comparator: EmailComparator, _ row: Row) -> (Int64, String) {
            let thread = rows.filter { $0.thread == row.thread }
            return switch comparator.property {
            case .receivedAt: (row.received, "")
            case .size: (row.octets, "")
            case .subject: (0, (subjects[row.email] ?? "").uppercased())
            case .hasKeyword(let keyword): (has(row, keyword) ? 1 : 0, "")
            case .allInThreadHaveKeyword(let keyword): (thread.allSatisfy { has($0, keyword) } ? 1 : 0, "")
            case .someInThreadHaveKeyword(let keyword): (thread.contains { has($0, keyword) } ? 1 : 0, "")
            case .sentAt, .from, .to: (row.received, "")
            }
        }
        let isAscending = query.sort.first.map { $0.property == .receivedAt && $0.direction == .ascending } ?? false
        let sorted = rows.filter { fits(query.filter, $0) }.sorted { left, right in
            for comparator in query.sort {
                let (first, second) = (key(comparator, left), key(comparator, right))
                if first != second { return (first < second) == (comparator.direction == .ascending) }
            }
            let isBefore = (left.received, left.email) < (right.received, right.email)
            return isBefore == isAscending
        }
        guard query.collapse == .threads else { return sorted.map(\.email) }
        var seen: Set<ThreadID> = []
        return sorted.filter { seen.insert($0.thread).inserted }.map(\.email)
    }

    private static let seen = EmailKeyword("$SEEN")
    private static let queries: [EmailQuery] = {
        let inbox = EmailFilter.inMailbox(.inbox)
        let two = MailboxID(rawValue: 2)
        let newest = [EmailComparator(.receivedAt, .descending)]
        return [
            EmailQuery(.all), EmailQuery(inbox, sort: newest), EmailQuery(inbox, sort: newest, collapse: .threads),
            EmailQuery(.inMailbox(two), sort: [EmailComparator(.receivedAt)], collapse: .threads),
            EmailQuery(.inMailboxBeside([.inbox]), sort: [EmailComparator(.size, .descending)]),
            EmailQuery(.inAny([two, MailboxID(rawValue: 3)])),
            EmailQuery(.not(.keyword(seen)), sort: [EmailComparator(.subject), EmailComparator(.receivedAt)]),
            EmailQuery(.and([inbox, .or([.keyword(EmailKeyword("Blue")), .keyword(EmailKeyword("$flagged"))])])),
            EmailQuery(.thread(.all, seen)), EmailQuery(.thread(.some, seen), collapse: .threads),
            EmailQuery(.thread(.none, seen), sort: [EmailComparator(.hasKeyword(EmailKeyword("blue")), .descending)]),
            EmailQuery(.all, sort: [EmailComparator(.allInThreadHaveKeyword(seen)), EmailComparator(.size)]),
            EmailQuery(.all, sort: [EmailComparator(.someInThreadHaveKeyword(seen), .descending)], collapse: .threads),
            EmailQuery(.hasAttachment), EmailQuery(.received(TestStore.now + 20..<TestStore.now + 400)),
            EmailQuery(.octets(0..<330)),
            EmailQuery(.and([inbox, .text(SearchText("teal", in: .subject)), .not(.keyword(seen))]), sort: newest),
            EmailQuery(.or([.text(SearchText("ocHre", in: .anywhere)), .text(SearchText("blue", in: .subject))])),
        ]
    }()

    // MARK: Changes

    private static let words = ["teal", "ochre", "blue", "teal attached", "grey"]

    private static func deliver(_ world: inout World) async throws {
        let number = world.sent
        world.sent += 1
        let word = words.randomElement(using: &world.random) ?? ""
        let topic = Int.random(in: 0..<6, using: &world.random)
        let reference = number > 3 && Bool.random(using: &world.random) ? "References: <t\(topic)@x.example>\r\n" : ""
        let isAttached = word.contains("attached")
        let type =
            isAttached ? "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n" : ""
        let text =
            "From: a@x.example\r\nTo: ana@example.test\r\nSubject: \(word)\r\nMessage-ID: <m\(number)@x.example>\r\n"
            + "\(reference)MIME-Version: 1.0\r\n\(type)\r\n\(String(repeating: "x", count: number % 60))\r\n"
        let at = TestStore.now + Int64(number * 10) - (number % 7 == 0 ? 300 : 0)
        let delivered = try await world.test.deliver(text, to: "ana@example.test", at: at)
        world.subjects[delivered.email] = word
    }

    private static func uids(_ mailbox: MailboxID, _ world: inout World) async throws -> UIDSet {
        let (_, messages) = try await world.test.mailStore.messages(world.account, mailbox)
        var chosen = UIDSet()
        for message in messages where Int.random(in: 0..<4, using: &world.random) == 0 { chosen.append(message.uid) }
        return chosen
    }

    private static func change(_ world: inout World) async throws {
        let store = world.test.mailStore
        let mailbox = MailboxID(rawValue: Int64.random(in: 1...3, using: &world.random))
        let key = MailboxKey(account: world.account, mailbox: mailbox)
        let other = MailboxKey(
            account: world.account, mailbox: MailboxID(rawValue: Int64.random(in: 1...3, using: &world.random)))
        switch Int.random(in: 0..<8, using: &world.random) {
        case 0...2: for _ in 0..<Int.random(in: 1...4, using: &world.random) { try await deliver(&world) }
        case 3:
            let kind: FlagChange.Kind = Bool.random(using: &world.random) ? .add : .remove
            let words = [Keyword("Blue")].compactMap { $0 }
            let change = FlagChange(kind, [.seen], keywords: Bool.random(using: &world.random) ? words : [])
            _ = try await store.setFlags(change, of: uids(mailbox, &world), in: key)
        case 4:
            guard key != other else { return }
            _ = try await store.copy(uids(mailbox, &world), from: key, to: other, savedAt: TestStore.now)
        case 5:
            guard key != other else { return }
            _ = try await store.move(uids(mailbox, &world), from: key, to: other, savedAt: TestStore.now)
        case 6:
            let uids = try await uids(mailbox, &world)
            _ = try await store.setFlags(FlagChange(.add, [.deleted]), of: uids, in: key)
            _ = try await store.expunge(.all(uids), from: key)
        default:
            world.made += 1
            let name = "Box\(world.made)"
            try await store.create(name, for: world.account, now: TestStore.now)
            let made = try await store.mailboxes(world.account).first { $0.name == name }
            guard let made else { return }
            let target = MailboxKey(account: world.account, mailbox: made.mailbox)
            _ = try await store.copy(uids(mailbox, &world), from: key, to: target, savedAt: TestStore.now)
            if Bool.random(using: &world.random) { try await store.delete(name, for: world.account) }
        }
    }

    /// What a client makes of changes (RFC 8620 §5.6).
    private static func apply(_ changes: EmailListChanges, to list: [EmailID]) -> [EmailID] {
        let removed = Set(changes.removed)
        var list = list.filter { !removed.contains($0) }
        for added in changes.added { list.insert(added.email, at: min(added.index, list.count)) }
        return list
    }

    @Test(arguments: [1, 2, 3]) func listsAndChangesAreThoseOfTheRows(seed: UInt64) async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            var limits = MailSearchLimits()
            limits.readRatherMax = 0
            let search = MailSearch(store: test.store, mailStore: test.mailStore, limits: limits)
            var world = World(test: test, search: search, account: account, random: SeededGenerator(seed: seed))
            var clock = ModSeq(rawValue: 0)
            var known: [[EmailID]] = []
            var early: [[EmailID]] = []
            var earlyClock = ModSeq(rawValue: 0)
            for round in 0..<30 {
                for _ in 0..<3 { try await Self.change(&world) }
                if round == 12 { try await search.catchUp() }
                let rows = try await Self.rows(world)
                var lists: [[EmailID]] = []
                for (number, query) in Self.queries.enumerated() {
                    let list = try await search.list(query, of: account, EmailWindow(limit: .max))
                    #expect(list.emails == Self.naive(query, rows, world.subjects), "query \(number), round \(round)")
                    #expect(list.total == list.emails.count)
                    lists.append(list.emails)
                    if round > 0 {
                        let changes = try await search.changes(query, of: account, since: clock, most: .max)
                        #expect(Self.apply(changes, to: known[number]) == list.emails, "changes \(number), \(round)")
                        #expect(changes.clock == list.clock)
                    }
                }
                if round == 17 { (early, earlyClock) = (lists, try await search.clock(account)) }
                known = lists
                clock = try await search.clock(account)
            }
            // As though it had never been asked before.
            let fresh = MailSearch(store: test.store, mailStore: test.mailStore)
            for (number, query) in Self.queries.enumerated() {
                let list = try await fresh.list(query, of: account, EmailWindow(limit: .max))
                #expect(list.emails == known[number])
                // What happened before it was asked first, the store knows.
                let changes = try await fresh.changes(query, of: account, since: earlyClock, most: .max)
                #expect(Self.apply(changes, to: early[number]) == list.emails, "history, query \(number)")
            }
            search.close()
            fresh.close()
        }
    }

    @Test func windows() async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            let search = MailSearch(store: test.store, mailStore: test.mailStore)
            var world = World(test: test, search: search, account: account, random: SeededGenerator(seed: 9))
            for _ in 0..<10 { try await Self.deliver(&world) }
            let query = EmailQuery(.all, sort: [EmailComparator(.receivedAt)])
            let all = try await search.list(query, of: account, EmailWindow(limit: 100)).emails
            func page(_ start: EmailWindow.Start, _ limit: Int) async throws -> EmailList {
                try await search.list(query, of: account, EmailWindow(start, limit: limit))
            }
            #expect(try await page(.position(3), 2).emails == Array(all[3..<5]))
            #expect(try await page(.position(-3), 2).emails == Array(all[7..<9]))
            #expect(try await page(.position(-30), 2).position == 0)
            #expect(try await page(.position(30), 2).emails.isEmpty)
            #expect(try await page(.anchor(all[4], offset: -2), 3).emails == Array(all[2..<5]))
            #expect(try await page(.anchor(all[4], offset: -9), 3).position == 0)
            #expect(try await page(.anchor(all[9], offset: 1), 3).emails.isEmpty)
            await #expect(throws: EmailQueryFailure.anchorNotFound) {
                try await page(.anchor(EmailID(rawValue: 99), offset: 0), 3)
            }
            await #expect(throws: EmailQueryFailure.cannotCalculateChanges) {
                try await search.changes(query, of: account, since: ModSeq(rawValue: 1 << 40), most: 5)
            }
            search.close()
        }
    }
}

extension MailSearch {
    fileprivate func clock(_ account: AccountID) async throws -> ModSeq {
        try await list(EmailQuery(.all), of: account, EmailWindow(limit: 0)).clock
    }
}
