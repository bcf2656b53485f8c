import AgentTestSupport
import Delivery
import Foundation
import InternetMessage
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import MailSearch

@Suite struct MailSearchTests {
    /// Small, so that few messages make many batches, pages and merges.
    private static var limits: MailSearchLimits {
        var limits = MailSearchLimits()
        limits.batchMessagesMax = 3
        limits.textPageMessages = 7
        limits.pageMessages = 11
        limits.readRatherMax = 0
        limits.lingerMilliseconds = 1
        return limits
    }

    private func search(_ test: TestStore) -> MailSearch {
        MailSearch(store: test.store, mailStore: test.mailStore, limits: Self.limits)
    }

    private func everything(_ key: MailboxKey, _ test: TestStore) async throws -> UIDSet {
        try await test.store.read { transaction in
            var uids = UIDSet()
            try MailStore.rows(
                of: UIDSet(UID(rawValue: 1)...UID(rawValue: .max)), in: key, [], transaction
            ) { uids.append($0.uid) }
            return uids
        }
    }

    private func find(
        _ filter: MessageFilter, _ account: AccountID, _ search: MailSearch, _ test: TestStore
    ) async throws -> [UInt32] {
        let key = MailboxKey(account: account, mailbox: .inbox)
        var numbers: [UInt32] = []
        try await search.find(filter, in: key, among: everything(key, test)).uids.forEach {
            numbers.append($0.rawValue)
        }
        return numbers
    }

    /// Needles of all kinds, and the scopes in which they are looked for.
    private static let needles = [
        "swim", "SWIMM", "resume", "résumé", "RE\u{301}SUME\u{301}", "strasse", "straße", "οδυσσευς", "мир", "日本", "本語",
        "日本語",
        "京", "語", "e", "é", "s2@one", "one.example>", "the of", "of the", " the", "the ", "teal", "red ochre", "ochre",
        "zz",
        "x.y-z", "m7@", "Subject: ", "subject: swim", "ไท", "1,000", "of 日本語", "X-Colour", "example.test",
    ]

    /// What the texts of the messages say, without index, parser or database.
    private func naive(_ needle: String, _ scope: SearchText.Scope, _ mails: [RandomMail]) -> [UInt32] {
        func has(_ text: String) -> Bool { Needle(needle).isContained(in: FoldedText.fold(text)) }
        return mails.enumerated().filter { _, mail in
            switch scope {
            case .body: has(mail.body)
            case .anywhere:
                has(mail.body) || mail.fields.contains { has("\($0.name): \($0.value)") }
            case .from: mail.fields.contains { $0.name == "From" && has($0.value) }
            case .subject: mail.fields.contains { $0.name == "Subject" && has($0.value) }
            case .field(let name): mail.fields.contains { $0.name == name && has($0.value) }
            default: false
            }
        }.map { UInt32($0.offset + 1) }
    }

    private static let scopes: [SearchText.Scope] = [
        .anywhere, .body, .from, .subject, .field("X-Colour"), .field("Message-ID"),
    ]

    /// Words that the message has beside what the test knows of: in fields of parts and those that delivery adds.
    private static func isInMachinery(_ needle: String, _ scope: SearchText.Scope) -> Bool {
        guard scope == .anywhere else { return false }
        return ["e", "of", "the ", "example.test", "京"].contains(needle) || needle.count == 1
    }

    private func compare(_ mails: [RandomMail], _ account: AccountID, _ search: MailSearch, _ test: TestStore)
        async throws
    {
        for needle in Self.needles {
            for scope in Self.scopes where !Self.isInMachinery(needle, scope) {
                let found = try await find(.text(SearchText(needle, in: scope)), account, search, test)
                #expect(found == naive(needle, scope, mails), "\(needle) in \(scope)")
            }
        }
    }

    @Test func findsWhatANaiveReaderFinds() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var random = SeededGenerator(seed: 7)
            let mails = (0..<60).map { RandomMail($0, &random) }
            for mail in mails[..<40] { try await test.deliver(mail.text, to: "ana@example.test") }
            let search = search(test)
            // Nothing is indexed: all is read.
            try await compare(Array(mails[..<40]), ana, search, test)
            try await search.catchUp()
            #expect(try await search.status().messages == 40)
            #expect(try await search.status().segments < 10)
            try await compare(Array(mails[..<40]), ana, search, test)
            // Some are indexed, some not.
            for mail in mails[40...] { try await test.deliver(mail.text, to: "ana@example.test") }
            try await compare(mails, ana, search, test)
            try await search.catchUp()
            try await compare(mails, ana, search, test)
            search.close()
        }
    }

    @Test func catchesUpAfterAStopAndWhenTheFileIsLost() async throws {
        let folder = TestFolder()
        var random = SeededGenerator(seed: 8)
        let mails = (0..<12).map { RandomMail($0, &random) }
        let ana = try await withStoreResult(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            for mail in mails[..<6] { try await test.deliver(mail.text, to: "ana@example.test") }
            let search = search(test)
            try await search.catchUp()
            for mail in mails[6...] { try await test.deliver(mail.text, to: "ana@example.test") }
            search.close()
            return ana
        }
        try await withTestStore(folder) { test in
            let search = search(test)
            #expect(search.index?.database.origin == .kept)
            try await compare(mails, ana, search, test)
            try await search.catchUp()
            #expect(try await search.status().messages == 12)
            search.close()
        }
        for damage in [nil, "not a database, but something else altogether, and long enough to be looked at"] {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(folder.path)/search.db\(suffix)")
            }
            if let damage { try damage.write(toFile: "\(folder.path)/search.db", atomically: false, encoding: .utf8) }
            try await withTestStore(folder) { test in
                let search = search(test)
                #expect(search.index?.database.origin == .begunAnew)
                try await compare(mails, ana, search, test)
                try await search.catchUp()
                #expect(try await search.status().messages == 12)
                try await compare(mails, ana, search, test)
                search.close()
            }
        }
    }

    @Test func readsWhenTheIndexFails() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for number in 0..<9 {
                try await test.deliver("Subject: s\(number)\r\n\r\nword\(number)\r\n", to: "ana@example.test")
            }
            let search = search(test)
            try await search.catchUp()
            try search.index?.database.change { _ = try $0.run("DROP TABLE terms_page") }
            let found = try await find(.text(SearchText("word4", in: .body)), ana, search, test)
            #expect(found == [5])
            search.close()
        }
    }

    private func withStoreResult<T>(_ folder: TestFolder, _ body: (TestStore) async throws -> T) async throws -> T {
        let test = try TestStore(folder)
        let value = try await body(test)
        await test.close()
        return value
    }

    @Test func forgetsWhatIsGone() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for number in 0..<20 {
                try await test.deliver("Subject: n\(number)\r\n\r\nsecret\(number) word\r\n", to: "ana@example.test")
            }
            let search = search(test)
            try await search.catchUp()
            try await test.mailStore.expunge((1...15).map { UID(rawValue: $0) }, from: .inbox, ana)
            #expect(try await find(.text(SearchText("word", in: .body)), ana, search, test) == [16, 17, 18, 19, 20])
            try await search.catchUp()
            #expect(try await search.status().messages == 5)
            // What was rewritten has no word of theirs left.
            let pages = try search.index?.database.read { transaction in
                var octets: [UInt8] = []
                try transaction.query("SELECT octets FROM terms_page") { octets += $0.octets(0) }
                return String(decoding: octets, as: UTF8.self)
            }
            #expect(pages?.contains("SECRET3\0") == false)
            #expect(pages?.contains("SECRET18\0") == true)
            #expect(try await find(.text(SearchText("secret18", in: .body)), ana, search, test) == [19])
            search.close()
        }
    }

    @Test func messagesOfSeveralPeopleAreEachOnesOwn() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = try await test.addAccount("bob@example.test")
            try await test.deliver("Subject: x\r\n\r\nboth\r\n", to: "ana@example.test", "bob@example.test")
            try await test.deliver("Subject: x\r\n\r\nboth, bob alone\r\n", to: "bob@example.test")
            let search = search(test)
            try await search.catchUp()
            #expect(try await find(.text(SearchText("both", in: .body)), ana, search, test) == [1])
            #expect(try await find(.text(SearchText("both", in: .body)), bob, search, test) == [1, 2])
            // The line that delivery put before Ana's copy is in her text, not in Bob's.
            #expect(try await find(.text(SearchText("ana@example.test", in: .anywhere)), ana, search, test) == [1])
            #expect(try await find(.text(SearchText("ana@example.test", in: .anywhere)), bob, search, test) == [])
            search.close()
        }
    }

    @Test func followsTheStore() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let search = search(test)
            let indexing = Task { await search.run { Issue.record($0) } }
            for number in 0..<10 { try await test.deliver("Subject: s\(number)\r\n\r\nx\r\n", to: "ana@example.test") }
            try await until { try await search.status().messages == 10 }
            try await test.mailStore.expunge((1...10).map { UID(rawValue: $0) }, from: .inbox, ana)
            try await until { try await search.status().messages == 0 }
            #expect(try await search.status().segments == 0)
            indexing.cancel()
            await indexing.value
            search.close()
        }
    }

    private func until(_ isDone: () async throws -> Bool) async throws {
        for _ in 0..<2_000 {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it never came to pass")
    }

    @Test func rowsAndDates() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let day: Int64 = 86_400
            for (number, date) in ["Mon, 1 Jan 2024 23:30:00 -0500", "Tue, 2 Jan 2024 05:00:00 +0000", ""].enumerated()
            {
                let copy = NewCopy(
                    account: ana, mailbox: .inbox, flags: number == 1 ? [.seen, .flagged] : [],
                    keywords: number == 2 ? [try #require(Keyword("$Work"))] : [],
                    internalDate: Int64(number) * day, saveDate: Int64(number) * 2 * day)
                let field = date.isEmpty ? "" : "Date: \(date)\r\n"
                _ = try await test.delivery.append(
                    MessageBody(
                        ByteBuffer(string: "\(field)Subject: x\r\n\r\n\(String(repeating: "y", count: number * 100))")),
                    copy)
            }
            let search = search(test)
            for round in 0..<2 {
                if round == 1 { try await search.catchUp() }
                func found(_ filter: MessageFilter) async throws -> [UInt32] {
                    try await find(filter, ana, search, test)
                }
                #expect(try await found(.flagged([.seen, .flagged])) == [2])
                #expect(try await found(.unflagged(.seen)) == [1, 3])
                #expect(try await found(.keyword(try #require(Keyword("$work")))) == [3])
                #expect(try await found(.received(day..<(2 * day))) == [2])
                #expect(try await found(.saved(day..<Int64.max)) == [2, 3])
                // By the sender's clock the first was sent on 1 January, the second on the 2nd: 19,723 days after 1970.
                #expect(try await found(.sent(19_723..<19_724)) == [1])
                #expect(try await found(.sent(19_724..<19_725)) == [2])
                #expect(try await found(.octets(100..<200)) == [2])
                #expect(try await found(.not(.or([.flagged(.seen), .octets(200..<1_000)]))) == [1])
                #expect(
                    try await found(.and([.uids(UIDSet(UID(rawValue: 2)...UID(rawValue: 9))), .unflagged(.seen)])) == [
                        3
                    ])
                #expect(try await found(.nothing) == [])
                #expect(try await found(.all) == [1, 2, 3])
            }
            search.close()
        }
    }

    @Test func aSearchEndsWhenItsTaskIsCancelled() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for _ in 0..<30 { try await test.deliver("Subject: x\r\n\r\nx\r\n", to: "ana@example.test") }
            let search = search(test)
            let key = MailboxKey(account: ana, mailbox: .inbox)
            let all = try await everything(key, test)
            let task = Task {
                try await search.find(.text(SearchText("x y", in: .body)), in: key, among: all) { done, _ in
                    if done > 7 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            search.close()
        }
    }
}
