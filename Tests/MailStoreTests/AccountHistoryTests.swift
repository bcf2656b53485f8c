import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailStore

/// What Email/changes, Thread/changes and Mailbox/changes are made of.
@Suite struct AccountHistoryTests {
    private func emails(
        since: ChangePoint, most: Int = 1000, _ account: AccountID, _ test: TestStore
    ) async throws -> AccountHistory<EmailID> {
        try await test.store.read { try MailStore.emailChanges(since: since, most: most, account, in: $0) }
    }

    private func clock(_ account: AccountID, _ test: TestStore) async throws -> ChangePoint {
        try await test.store.read { ChangePoint(try MailStore.clock(of: account, in: $0)) }
    }

    private func known<ID>(_ history: AccountHistory<ID>) throws -> ChangeSet<ID> {
        guard case .known(let changes) = history else {
            Issue.record("forgotten")
            throw Failure()
        }
        return changes
    }

    private struct Failure: Error {}

    @Test func whatMovedIsTheSame() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(3, to: inbox)
            let before = try await clock(ana, test)
            let first = try await test.store.read { transaction in
                var emails: [EmailID] = []
                try MailStore.rows(of: .of(1, 2, 3), in: inbox, [], transaction) { emails.append($0.email) }
                return emails
            }
            // One moves, one is flagged, one goes, one comes, and one comes and goes.
            _ = try await test.mailStore.move(.of(1), from: inbox, to: work, savedAt: 1)
            _ = try await test.mailStore.setFlags(FlagChange(.add, .seen), of: .of(2), in: inbox)
            _ = try await test.mailStore.expunge(.all(.of(3)), from: inbox)
            try await test.append(2, to: inbox)
            _ = try await test.mailStore.expunge(.all(.of(5)), from: inbox)
            let changes = try known(try await emails(since: before, ana, test))
            #expect(Set(changes.updated) == [first[0], first[1]])
            #expect(changes.destroyed == [first[2]])
            #expect(changes.created.count == 1)
            #expect(changes.rest == .none)
            #expect(
                try await emails(since: changes.reached, ana, test)
                    == .known(ChangeSet(reached: changes.reached, rest: .none)))
        }
    }

    /// Two thousand messages move at one tick: they are told some at a time.
    @Test func oneTickIsToldInPieces() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(25, to: inbox)
            var point = try await clock(ana, test)
            _ = try await test.mailStore.copy(UIDSet(ranges: [1...25]), from: inbox, to: work, savedAt: 1)
            _ = try await test.mailStore.expunge(.all(UIDSet(ranges: [1...25])), from: inbox)
            var told: Set<EmailID> = []
            var rounds = 0
            while rounds < 100 {
                rounds += 1
                let changes = try known(try await emails(since: point, most: 4, ana, test))
                #expect(changes.updated.count + changes.created.count + changes.destroyed.count <= 4)
                #expect(changes.created.isEmpty && changes.destroyed.isEmpty)
                told.formUnion(changes.updated)
                // As a client gives it back.
                point = try #require(ChangePoint("\(changes.reached)"))
                if changes.rest == .none { break }
            }
            #expect(told.count == 25)
            #expect(rounds < 20)
        }
    }

    @Test func aMailboxGoesWithItsMessages() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(2, to: work)
            _ = try await test.mailStore.copy(.of(1), from: work, to: inbox, savedAt: 1)
            let before = try await clock(ana, test)
            let counts = try await test.store.read { try test.mailStore.counts(of: ana, in: $0) }
            _ = try await test.mailStore.delete("Work", for: ana)
            let changes = try known(try await emails(since: before, ana, test))
            #expect(changes.updated.count == 1)
            #expect(changes.destroyed.count == 1)
            let (mailboxes, _) = try await test.store.read { transaction in
                try MailStore.mailboxChanges(
                    since: before, most: 100, ana, try test.mailStore.counts(of: ana, in: transaction), in: transaction)
            }
            #expect(try known(mailboxes).destroyed == [work.mailbox])
            #expect(counts[work.mailbox]?.totalEmails == 2)
        }
    }

    @Test func whatIsForgottenIsSaidToBe() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let before = try await clock(ana, test)
            try await test.append(10, to: test.inboxKey(ana))
            for uid in 1...8 {
                try await test.mailStore.expunge([UID(rawValue: UInt32(uid))], from: .inbox, ana)
            }
            var limits = MailStoreLimits()
            limits.expungedMax = 4
            let mailStore = MailStore(store: test.store, limits: limits)
            #expect(try await mailStore.forgetOldExpunges() == 4)
            #expect(try await emails(since: before, ana, test) == .forgotten)
            // Nor is what has not happened yet.
            #expect(try await emails(since: ChangePoint(ModSeq(rawValue: 1 << 40)), ana, test) == .forgotten)
            // Too much to tell.
            limits.changesToldMax = 1
            let now = try await clock(ana, test)
            try await test.append(2, to: test.inboxKey(ana))
            let told = try await test.store.read { [limits] in
                try MailStore.emailChanges(since: now, most: 10, ana, limits, in: $0)
            }
            #expect(told == .forgotten)
        }
    }

    @Test func mailboxesOfManyRemovalsAreForgotten() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var limits = MailStoreLimits()
            limits.expungedMax = 3
            let mailStore = MailStore(store: test.store, limits: limits)
            let before = try await clock(ana, test)
            for number in 0..<6 {
                let key = try await test.addMailbox("Box \(number)", ana)
                try await test.append(2, to: key)
                _ = try await mailStore.delete("Box \(number)", for: ana)
            }
            let middle = try await clock(ana, test)
            _ = try await mailStore.forgetOldExpunges()
            #expect(try await test.count("SELECT count(*) FROM expunged") <= 4)
            #expect(try await test.count("SELECT count(*) FROM gone_mailbox") <= 4)
            #expect(try await emails(since: before, ana, test) == .forgotten)
            #expect(try await emails(since: middle, ana, test) != .forgotten)
            #expect(try await test.complaints() == [])
        }
    }

    @Test(arguments: ["", "x", "1.", ".1", "-1", "1.2.3", "99999999999999999999", "+1"])
    func noStates(_ text: String) {
        #expect(ChangePoint(text) == nil)
    }
}

/// Random operations; what is told since each moment of the past is what a comparison of the two states says, in answers of
/// any size.
@Suite struct AccountHistoryModelTests {
    private struct State {
        var point: ChangePoint
        /// Each message's mailboxes and flags.
        var emails: [EmailID: Set<String>]
        var threads: [ThreadID: Set<EmailID>]
        var mailboxes: [MailboxID: String]
        var counts: [MailboxID: [Int64]]
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func randomOperations(_ seed: UInt64) async throws {
        let folder = TestFolder()
        var generator = SeededGenerator(seed: seed)
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            var past = [try await state(ana, test)]
            for step in 0..<120 {
                try await act(ana, test, &generator)
                guard step % 6 == 0 else { continue }
                let now = try await state(ana, test)
                for then in past.suffix(8) + past.prefix(2) { try await compare(then, now, ana, test, &generator) }
                past.append(now)
            }
            #expect(try await test.complaints() == [])
        }
        // A database that is made anew knows nothing of the past, and all that comes.
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test in
            let ana = try await test.store.read { try $0.first("SELECT account FROM account_state") { $0.integer(0) } }
            let account = AccountID(rawValue: try #require(ana))
            let then = try await state(account, test)
            for _ in 0..<20 { try await act(account, test, &generator) }
            try await compare(then, try await state(account, test), account, test, &generator)
        }
    }

    private func act(_ account: AccountID, _ test: TestStore, _ generator: inout SeededGenerator) async throws {
        let mailboxes = try await test.mailStore.mailboxes(account)
        let keys = mailboxes.map { MailboxKey(account: account, mailbox: $0.mailbox) }
        guard let key = keys.randomElement(using: &generator), let other = keys.randomElement(using: &generator) else {
            return
        }
        let uids = UIDSet(
            (0..<3).map { _ in UID(rawValue: UInt32.random(in: 1...8, using: &generator)) }.sorted())
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<6:
            let id = Int.random(in: 0..<6, using: &generator)
            let text =
                "Subject: s\r\nMessage-ID: <\(Int.random(in: 0..<99, using: &generator))@x>\r\n"
                + "References: <r\(id)@x>\r\n\r\nx\r\n"
            let copy = NewCopy(account: account, mailbox: key.mailbox, internalDate: Int64(id), saveDate: 1)
            _ = try await test.delivery.append(MessageBody(ByteBuffer(string: text)), copy)
        case 6..<9:
            let flag: SystemFlags = Bool.random(using: &generator) ? .seen : .draft
            let kind: FlagChange.Kind = Bool.random(using: &generator) ? .add : .remove
            _ = try await test.mailStore.setFlags(FlagChange(kind, flag), of: uids, in: key)
        case 9..<11: _ = try await test.mailStore.copy(uids, from: key, to: other, savedAt: 1)
        case 11..<14: _ = try await test.mailStore.move(uids, from: key, to: other, savedAt: 1)
        case 14..<16: _ = try await test.mailStore.expunge(.all(uids), from: key)
        case 16:
            let name = "Box \(Int.random(in: 0..<4, using: &generator))"
            _ = try? await test.mailStore.create(name, for: account, now: 1)
        case 17:
            _ = try? await test.mailStore.delete("Box \(Int.random(in: 0..<4, using: &generator))", for: account)
        case 18:
            let (from, to) = (Int.random(in: 0..<4, using: &generator), Int.random(in: 0..<4, using: &generator))
            _ = try? await test.mailStore.rename("Box \(from)", to: "Box \(to)", for: account, now: 1)
        default:
            let emails = try await state(account, test).emails.keys.sorted().prefix(3)
            var patch = EmailPatch()
            patch.addedFlags = .flagged
            patch.mailboxesBase = .nothing
            patch.addedMailboxes = [key.mailbox, other.mailbox]
            let refused = try await test.mailStore.perform(
                emails.map { ($0, .patch(patch)) }, in: account, for: account, now: 1)
            #expect(refused.isEmpty)
        }
    }

    /// Everything, read without any history.
    private func state(_ account: AccountID, _ test: TestStore) async throws -> State {
        try await test.store.read { transaction in
            var state = State(
                point: ChangePoint(try MailStore.clock(of: account, in: transaction)), emails: [:], threads: [:],
                mailboxes: [:], counts: [:])
            for mailbox in try MailStore.mailboxes(account, in: transaction) {
                state.mailboxes[mailbox.mailbox] = mailbox.name
                let key = MailboxKey(account: account, mailbox: mailbox.mailbox)
                try MailStore.rows(of: UIDSet(ranges: [1...UInt32.max]), in: key, [], transaction) { row in
                    state.emails[row.email, default: []].insert("\(key.mailbox.rawValue) \(row.flags.rawValue)")
                    state.threads[row.thread, default: []].insert(row.email)
                }
            }
            for (mailbox, counts) in try test.mailStore.counts(of: account, in: transaction) {
                state.counts[mailbox] = [
                    counts.totalEmails, counts.unreadEmails, counts.totalThreads, counts.unreadThreads,
                ]
            }
            #expect(state.counts == (try Self.counted(account, transaction)))
            return state
        }
    }

    /// The counts, made from scratch.
    private static func counted(
        _ account: AccountID, _ transaction: SQLTransaction
    ) throws -> [MailboxID: [Int64]] {
        struct Email {
            var thread: ThreadID
            var mailboxes: Set<MailboxID> = []
            var isUnread = true
        }
        var emails: [EmailID: Email] = [:]
        let mailboxes = try MailStore.mailboxes(account, in: transaction)
        let trash = mailboxes.first { $0.specialUse == .trash }?.mailbox
        for mailbox in mailboxes {
            let key = MailboxKey(account: account, mailbox: mailbox.mailbox)
            try MailStore.rows(of: UIDSet(ranges: [1...UInt32.max]), in: key, [], transaction) { row in
                var email = emails[row.email] ?? Email(thread: row.thread)
                email.mailboxes.insert(mailbox.mailbox)
                if !row.flags.isDisjoint(with: [.seen, .draft]) { email.isUnread = false }
                emails[row.email] = email
            }
        }
        var counts: [MailboxID: [Int64]] = [:]
        for mailbox in mailboxes.map(\.mailbox) {
            let here = emails.values.filter { $0.mailboxes.contains(mailbox) }
            let threads = Set(here.map(\.thread))
            let unread = threads.filter { thread in
                emails.values.contains { email in
                    email.thread == thread && email.isUnread
                        && (mailbox == trash
                            ? email.mailboxes.contains(mailbox) : email.mailboxes.contains { $0 != trash })
                }
            }
            counts[mailbox] = [
                Int64(here.count), Int64(here.filter(\.isUnread).count), Int64(threads.count), Int64(unread.count),
            ]
        }
        return counts
    }

    private func compare(
        _ then: State, _ now: State, _ account: AccountID, _ test: TestStore, _ generator: inout SeededGenerator
    ) async throws {
        let most = Int.random(in: 1...5, using: &generator)
        let emails = try await told(from: then.point) { point in
            try await test.store.read { try MailStore.emailChanges(since: point, most: most, account, in: $0) }
        }
        #expect(emails.created == Set(now.emails.keys).subtracting(then.emails.keys))
        #expect(emails.destroyed == Set(then.emails.keys).subtracting(now.emails.keys))
        let changed = then.emails.filter { now.emails[$0.key, default: $0.value] != $0.value }
        #expect(emails.updated.isSuperset(of: changed.keys))
        let threads = try await told(from: then.point) { point in
            try await test.store.read { try MailStore.threadChanges(since: point, most: most, account, in: $0) }
        }
        #expect(threads.created == Set(now.threads.keys).subtracting(then.threads.keys))
        #expect(threads.destroyed == Set(then.threads.keys).subtracting(now.threads.keys))
        let others = then.threads.filter { now.threads[$0.key, default: $0.value] != $0.value }
        #expect(threads.updated.isSuperset(of: others.keys))
        let mailboxes = try await told(from: then.point) { point in
            try await test.store.read { transaction in
                try MailStore.mailboxChanges(
                    since: point, most: most, account, try test.mailStore.counts(of: account, in: transaction),
                    in: transaction
                ).history
            }
        }
        #expect(mailboxes.created == Set(now.mailboxes.keys).subtracting(then.mailboxes.keys))
        #expect(mailboxes.destroyed == Set(then.mailboxes.keys).subtracting(now.mailboxes.keys))
        for (mailbox, name) in then.mailboxes {
            guard let later = now.mailboxes[mailbox] else { continue }
            if later != name || then.counts[mailbox] != now.counts[mailbox] {
                #expect(mailboxes.updated.contains(mailbox))
            }
        }
    }

    private struct Told<ID: Hashable> {
        var created: Set<ID> = []
        var updated: Set<ID> = []
        var destroyed: Set<ID> = []
    }

    /// What a client knows in the end that asks until there is no more.
    private func told<ID>(
        from point: ChangePoint, _ ask: (ChangePoint) async throws -> AccountHistory<ID>
    ) async throws -> Told<ID> {
        var told = Told<ID>()
        var point = point
        for _ in 0..<500 {
            guard case .known(let changes) = try await ask(point) else {
                Issue.record("forgotten")
                return told
            }
            for id in changes.created {
                #expect(!told.created.contains(id))
                // What was there before, and went and came, is there and not the same.
                if told.destroyed.remove(id) != nil { told.updated.insert(id) } else { told.created.insert(id) }
            }
            for id in changes.updated where !told.created.contains(id) { told.updated.insert(id) }
            for id in changes.destroyed {
                told.updated.remove(id)
                if told.created.remove(id) == nil { told.destroyed.insert(id) }
            }
            point = changes.reached
            if changes.rest == .none { return told }
        }
        Issue.record("no end")
        return told
    }
}
