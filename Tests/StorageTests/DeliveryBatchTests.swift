import MailCore
import Testing

@testable import Storage

@Suite struct DeliveryBatchTests {
    private static func member(_ email: Int64, followers: Int, at offset: Int64) -> DeliveryBatch.Member {
        var record = DeliveryRecord(email: EmailID(rawValue: email), copies: [], queued: nil)
        record.followers = followers
        // 96 octets each.
        let redo = [UInt8](repeating: 0, count: 64)
        return DeliveryBatch.Member(
            record: record, header: RecordHeader(kind: .delivery, redo: redo, bodyLength: 0, bodyChecksum: 0),
            position: LogPosition(segment: 1, offset: offset))
    }

    private static func emails(_ members: [DeliveryBatch.Member]) -> [Int64] { members.map(\.record.email.rawValue) }

    @Test func oneAloneIsComplete() {
        var batch = DeliveryBatch()
        let outcome = batch.add(Self.member(1, followers: 0, at: 0))
        #expect(Self.emails(outcome.complete) == [1])
        #expect(outcome.torn.isEmpty)
        #expect(batch.end().isEmpty)
    }

    @Test func allOfThemAreCompleteWithTheLast() {
        var batch = DeliveryBatch()
        #expect(Self.emails(batch.add(Self.member(1, followers: 2, at: 0)).complete) == [])
        #expect(Self.emails(batch.add(Self.member(2, followers: 1, at: 96)).complete) == [])
        #expect(Self.emails(batch.add(Self.member(3, followers: 0, at: 192)).complete) == [1, 2, 3])
    }

    @Test func withoutTheLastTheyAreTorn() {
        var batch = DeliveryBatch()
        _ = batch.add(Self.member(1, followers: 2, at: 0))
        _ = batch.add(Self.member(2, followers: 1, at: 96))
        #expect(Self.emails(batch.end()) == [1, 2])
        #expect(batch.end().isEmpty)
    }

    @Test func theLastOneIsNotAnyOther() {
        var batch = DeliveryBatch()
        _ = batch.add(Self.member(1, followers: 1, at: 0))
        // The second is not whole; this is a third, which came alone.
        let outcome = batch.add(Self.member(3, followers: 0, at: 192))
        #expect(Self.emails(outcome.torn) == [1])
        #expect(Self.emails(outcome.complete) == [3])
    }

    @Test func anotherBatchMayFollow() {
        var batch = DeliveryBatch()
        _ = batch.add(Self.member(1, followers: 2, at: 0))
        let outcome = batch.add(Self.member(2, followers: 2, at: 96))
        #expect(Self.emails(outcome.torn) == [1])
        _ = batch.add(Self.member(3, followers: 1, at: 192))
        #expect(Self.emails(batch.add(Self.member(4, followers: 0, at: 288)).complete) == [2, 3, 4])
    }
}
