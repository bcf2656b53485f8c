import MailCore
import NIOCore
import Testing

@testable import Storage

/// Several messages in one delivery: all of them or none (RFC 3502 §3).
@Suite struct DeliverTogetherTests {
    private static let segment = "log/0000000001.seg"

    private func deliver(_ texts: [String], into store: Store) async throws -> [EmailID] {
        let messages = texts.map { (email: store.reserveEmailID(), body: MessageBody(ByteBuffer(string: $0))) }
        return try await store.deliver(together: messages) { transaction in
            let records = messages.map {
                DeliveryRecord(email: $0.email, copies: [FiledCopy(forTestOf: 1)], queued: nil)
            }
            for record in records { try record.file(in: transaction) }
            return (records, messages.map(\.email))
        }
    }

    @Test func eachIsAMessageOfItsOwn() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let emails = try await deliver(["one", "two", "three"], into: store)
        for (email, text) in zip(emails, ["one", "two", "three"]) {
            #expect(try await store.text(of: email) == text)
        }
        #expect(try await store.filings() == emails.map { Filing($0, 1) })
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    @Test func aFailureKeepsNone() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = store.reserveEmailID()
        let body = MessageBody(ByteBuffer(string: "x"))
        await #expect(throws: StorageError.self) {
            try await store.deliver(together: [(email, body), (email, body)]) { transaction in
                let record = DeliveryRecord(email: email, copies: [FiledCopy(forTestOf: 1)], queued: nil)
                try record.file(in: transaction)
                try record.file(in: transaction)
                return ([record, record], ())
            }
        }
        #expect(try await store.filings().isEmpty)
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    /// A kill or a power cut may leave any beginning of what was being written.
    @Test(arguments: [0, 40]) func aLogThatIsCutOffAnywhereHasAllOrNone(octets: Int) async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let before = try await store.deliverForTest("before", to: [1])
        let start = try folder.size(Self.segment)
        let killed = try folder.copyOfFiles()
        let emails = try await deliver((1...3).map { "\($0)" + String(repeating: "x", count: octets) }, into: store)
        await store.close()
        let whole = try folder.octets(of: Self.segment)
        for cut in stride(from: start, through: whole.count, by: 8) {
            let torn = try killed.copyOfFiles()
            try torn.append(Array(whole[start..<cut]), to: Self.segment)
            let (restarted, _) = try torn.open()
            let all = [Filing(before, 1)] + (cut == whole.count ? emails.map { Filing($0, 1) } : [])
            #expect(try await restarted.filings() == all)
            // What comes then has the numbers that the torn ones had, and a rebuild tells them apart.
            let after = try await restarted.deliverForTest("after", to: [2])
            #expect(try await restarted.check(.look).isEmpty)
            await restarted.close()
            try torn.removeDatabase()
            try torn.rebuild()
            let (rebuilt, _) = try torn.open()
            let filings = try await rebuilt.filings()
            #expect(filings.starts(with: [Filing(before, 1)]) && filings.contains(Filing(after, 2)))
            #expect(filings.isSuperset(of: all))
            await rebuilt.close()
        }
    }

    @Test func theyAreRebuilt() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let emails = try await deliver(["one", "two"], into: store)
        await store.close()
        try folder.removeDatabase()
        try folder.rebuild()
        let (rebuilt, _) = try folder.open()
        #expect(try await rebuilt.filings() == emails.map { Filing($0, 1) })
        #expect(try await rebuilt.check(.look).isEmpty)
        await rebuilt.close()
    }
}

extension TestFolder {
    fileprivate func rebuild() throws {
        var rebuild = try StoreRebuild(folder: path, parts: [Self.schema], describing: Self.describing)
        _ = try rebuild.run()
    }
}

extension [Filing] {
    fileprivate func isSuperset(of others: [Filing]) -> Bool { others.allSatisfy(contains) }
}
