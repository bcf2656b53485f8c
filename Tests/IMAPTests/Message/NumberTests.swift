import MailCore
import Testing

@testable import IMAP

@Suite struct NumberTests {
    @Test func sequenceSets() throws {
        // RFC 9051 §9, the examples of seq-range and sequence-set.
        let largest = UID(rawValue: 100)
        #expect(SequenceSet.of("3291:*").uids(largest: largest, saved: UIDSet()).ranges == [100...3_291])
        #expect(
            try SequenceSet.of("2,4:7,9,12:*").sequenceNumbers(count: 15, saved: .init()).ranges == [
                2...2, 4...7, 9...9, 12...15,
            ])
        #expect(try SequenceSet.of("*:4,5:7").sequenceNumbers(count: 10, saved: .init()).ranges == [4...10])
        #expect(throws: SequenceSet.NumberOutOfRange()) {
            try SequenceSet.of("1:4294967295").sequenceNumbers(count: 10, saved: .init())
        }
        #expect(throws: SequenceSet.NumberOutOfRange()) {
            try SequenceSet.of("*").sequenceNumbers(count: 0, saved: .init())
        }
        #expect(SequenceSet.savedResult.uids(largest: largest, saved: UIDSet(ranges: [7...8])).ranges == [7...8])
    }

    @Test func pages() {
        #expect(PartialRange(.fromOldest, 1, 100).positions(in: 30) == 0..<30)
        #expect(PartialRange(.fromOldest, 400, 500).positions(in: 30).isEmpty)
        #expect(PartialRange(.fromOldest, 20, 11).positions(in: 30) == 10..<20)
        #expect(PartialRange(.fromNewest, 1, 10).positions(in: 30) == 20..<30)
        #expect(PartialRange(.fromNewest, 11, 400).positions(in: 30) == 0..<20)
        #expect(PartialRange(.fromNewest, 31, 40).positions(in: 30).isEmpty)
        #expect(PartialRange(.fromOldest, 1, UInt32.max).positions(in: 0).isEmpty)
    }

    @Test func octetRanges() {
        #expect(OctetRange(offset: 0, octetsMax: 5).clamped(to: 3) == 0..<3)
        #expect(OctetRange(offset: 4, octetsMax: 5).clamped(to: 3) == 3..<3)
        #expect(OctetRange(offset: UInt64(Int64.max), octetsMax: UInt64(Int64.max)).clamped(to: 3) == 3..<3)
        #expect(OctetRange(offset: 1, octetsMax: UInt64(Int64.max)).clamped(to: 3) == 1..<3)
    }

    @Test func calendar() throws {
        for days in stride(from: Int64(-719_528), through: 2_932_896, by: 997) {
            let date = try #require(CalendarDate(daysSince1970: days))
            #expect(date.daysSince1970 == days)
            #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
        }
        #expect(CalendarDate(daysSince1970: 0) == CalendarDate(year: 1970, month: 1, day: 1))
        #expect(CalendarDate(daysSince1970: 19_782) == CalendarDate(year: 2024, month: 2, day: 29))
        #expect(CalendarDate(daysSince1970: -719_529) == nil)
        #expect(CalendarDate(daysSince1970: 2_932_897) == nil)
        #expect(CalendarDate(year: 1900, month: 2, day: 29) == nil)
    }

    @Test func rights() {
        #expect(AccessRights(letters: Array("lrswipkxtea".utf8)) == .all)
        #expect(AccessRights(letters: Array("cd".utf8)) == [.create, .deleteMailbox, .deleteMessages, .expunge])
        #expect(AccessRights(letters: Array("L".utf8)) == nil)
        #expect(AccessIdentifier("-")?.text == nil)
        #expect(AccessIdentifier("-a")?.isNegative == true)
    }
}
