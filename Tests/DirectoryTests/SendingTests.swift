import MailCore
import Storage
import Testing

@testable import Directory

@Suite struct SendingTests {
    private static let noon: Int64 = 1_700_006_400 / 86_400 * 86_400 + 43_200
    private static let ana = AccountID(rawValue: 1)
    private static let ben = AccountID(rawValue: 2)

    private func count(
        _ directory: Directory, _ account: AccountID, _ recipients: [String], _ limits: SendingLimits, at seconds: Int64
    ) async throws {
        let recipients = try recipients.map(address)
        let count = try await directory.store.change { transaction in
            try Directory.countMessage(account, to: recipients, limits, at: seconds, in: transaction)
        }
        directory.noteSent(count, account)
    }

    @Test func eachRecipientCountsOnceADay() async throws {
        try await withDirectory { directory in
            let limits = SendingLimits()
            try await count(directory, Self.ana, ["a@x.example", "A@x.example", "b@x.example"], limits, at: Self.noon)
            try await count(directory, Self.ana, ["b@x.example", "c@x.example"], limits, at: Self.noon + 1)
            try await count(directory, Self.ben, ["a@x.example"], limits, at: Self.noon)
            let sent = try await directory.sendingCount(Self.ana, at: Self.noon)
            #expect((sent.messages, sent.recipients) == (2, 3))
            let tomorrow = try await directory.sendingCount(Self.ana, at: Self.noon + 86_400)
            #expect((tomorrow.messages, tomorrow.recipients) == (0, 0))
        }
    }

    @Test func whatIsTooMuchChangesNothing() async throws {
        try await withDirectory { directory in
            var limits = SendingLimits()
            limits.recipientsPerDayMax = 2
            limits.messagesPerDayMax = 2
            try await count(directory, Self.ana, ["a@x.example"], limits, at: Self.noon)
            let excess = await #expect(throws: SendingExcess.self) {
                try await count(directory, Self.ana, ["b@x.example", "c@x.example"], limits, at: Self.noon)
            }
            #expect(excess?.kind == .recipients(max: 2, left: 1))
            #expect(excess?.secondsLeft == 43_200)
            #expect(excess?.text.hasSuffix("the count begins anew at 00:00 UTC (in 12 hours)") == true)
            try await count(directory, Self.ana, ["a@x.example", "b@x.example"], limits, at: Self.noon)
            let last = await #expect(throws: SendingExcess.self) {
                try await count(directory, Self.ana, ["a@x.example"], limits, at: Self.noon)
            }
            #expect(last?.kind == .messages(max: 2))
            #expect(try await directory.mayBeginMessage(Self.ana, limits, at: Self.noon) != nil)
            #expect(try await directory.mayAddress(try address("b@x.example"), Self.ana, limits, at: Self.noon) == nil)
            #expect(try await directory.mayAddress(try address("d@x.example"), Self.ana, limits, at: Self.noon) != nil)
            #expect(try await directory.mayBeginMessage(Self.ana, limits, at: Self.noon + 43_200) == nil)
        }
    }

    @Test func countsSurviveARestartAndOldDaysGo() async throws {
        let folder = DirectoryFolder()
        var store = try folder.open()
        try await count(
            Directory(store: store, limits: .forTests), Self.ana, ["a@x.example"], SendingLimits(), at: Self.noon)
        await store.close()
        store = try folder.open()
        let directory = Directory(store: store, limits: .forTests)
        #expect(try await directory.sendingCount(Self.ana, at: Self.noon).recipients == 1)
        try await count(directory, Self.ben, ["b@x.example"], SendingLimits(), at: Self.noon + 86_400)
        let rows = try await store.read { try $0.first("SELECT COUNT(*) FROM sending_recipient") { $0.integer(0) } }
        #expect(rows == 1)
        await store.close()
    }

    /// A store that was made before anything was counted.
    @Test func anOlderStoreGetsTheTables() async throws {
        let folder = DirectoryFolder()
        let older = SchemaPart(name: Directory.schema.name, versions: [Directory.schema.versions[0]])
        let old = try Store.open(folder: folder.path, parts: [older], describing: DirectoryFolder.describing).store
        await old.close()
        let store = try folder.open()
        let directory = Directory(store: store, limits: .forTests)
        try await count(directory, Self.ana, ["a@x.example"], SendingLimits(), at: Self.noon)
        #expect(try await directory.sendingCount(Self.ana, at: Self.noon).messages == 1)
        await store.close()
    }
}
