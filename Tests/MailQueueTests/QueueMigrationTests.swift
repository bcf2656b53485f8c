import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailQueue

/// A queue that an earlier version wrote goes on.
@Suite struct QueueMigrationTests {
    /// The store as it was made with the first tables.
    private static func firstVersion(_ folder: TestFolder) throws -> Store {
        let parts = MailSystemStore.parts.map { part in
            guard part.name == MailQueue.schema.name else { return part }
            return SchemaPart(
                name: part.name, versions: Array(part.versions.prefix(1)),
                references: ["SELECT queue_id AS email FROM queue_message"])
        }
        return try Store.open(folder: folder.path, parts: parts, describing: MailSystemStore.describing).store
    }

    private static func enqueue(_ addresses: [String], at seconds: Int64, in store: Store) async throws -> QueueID {
        let email = store.reserveEmailID()
        let message = queued(try addresses.filter { !$0.isEmpty }.map { try recipient($0) }, at: seconds)
        return try await store.deliver(email, MessageBody(ByteBuffer(string: "x"))) { transaction in
            try transaction.run(
                "INSERT INTO queue_message VALUES (?1, 1, 0, 0, 2, 'QQ314159', ?2)", .integer(email.rawValue),
                .integer(seconds))
            for (number, address) in addresses.enumerated() {
                try transaction.run(
                    "INSERT INTO queue_recipient VALUES (?1, ?2, 's@example.test', ?3, 4, NULL, NULL, 3, ?4, 'later')",
                    .integer(email.rawValue), .integer(Int64(number)), .text(address),
                    .integer(seconds + Int64(number) * 10))
            }
            let record = DeliveryRecord(email: email, copies: [], queued: message)
            return (record, QueueID(rawValue: email.rawValue))
        }
    }

    @Test func theFirstTablesAreLedOn() async throws {
        let folder = TestFolder()
        let store = try Self.firstVersion(folder)
        let first = try await Self.enqueue(["\"a@b\"@far.test", "c@near.test", ""], at: 100, in: store)
        let second = try await Self.enqueue(["d@far.test"], at: 50, in: store)
        await store.close()
        try await withTestStore(folder) { test in
            #expect(try await test.destinations() == ["far.test 50 0", "near.test 110 0", " 120 0"])
            let items = try await test.queue.due("far.test", at: 100, limit: 9)
            #expect(items.map(\.queueID) == [second, first])
            let item = try #require(items.last)
            #expect(item.origin == .received)
            #expect((item.acceptedAt, item.beginsAt) == (100, 100))
            #expect(item.told == .nothing)
            #expect(
                item.parameters == EnvelopeParameters(body: .eightBitMIME, dsnReturn: .headers, envelopeID: "QQ314159"))
            #expect(item.recipients.map(\.attempts) == [3])
            #expect(item.recipients.map(\.task) == [.deliver])
            #expect(item.recipients.first?.recipient.notify == .failure)
            try await test.settle(first, [0, 1, 2])
            try await test.settle(second, [0])
            #expect(try await test.queue.count() == 0)
            #expect(try await test.complaints() == [])
        }
    }
}
