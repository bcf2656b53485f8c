import MailCore
import NIOCore
import Testing

@testable import POP3

@Suite struct MaildropTests {
    @Test func listsThatDoNotGoTogether() {
        #expect(Maildrop(sizes: [1], uids: [], uidValidity: UIDValidity(rawValue: 1)) == nil)
    }

    /// The spelling is for ever: a change here makes every client fetch everything again.
    @Test func uniqueIDsAreSpelledForEver() throws {
        let validity = UIDValidity(rawValue: 0xDEAD_BEEF)
        let maildrop = try #require(Maildrop(sizes: [1, 2], uids: [1, .max], uidValidity: validity))
        #expect(maildrop.uniqueID(at: 0) == "deadbeef00000001")
        #expect(maildrop.uniqueID(at: 1) == "deadbeefffffffff")
        #expect(maildrop.octets == 3)
    }

    @Test func marks() {
        var marks = DeletionMarks(capacity: 130)
        for index in [0, 63, 64, 129, 64] { marks.insert(index) }
        var marked: [Int] = []
        marks.forEach { marked.append($0) }
        #expect(marked == [0, 63, 64, 129])
        #expect(marks.count == 4)
        marks.removeAll()
        #expect(marks.count == 0 && !marks.contains(64))
    }

    @Test(arguments: [0, 1, 2, 999, 100_000]) func listingComesInChunks(count: Int) throws {
        let uids = (0..<count).map { UInt32($0 + 1) }
        let sizes = uids.map { $0 &* 7_919 % 100_000 }
        let maildrop = try #require(Maildrop(sizes: sizes, uids: uids, uidValidity: UIDValidity(rawValue: 1)))
        var marks = DeletionMarks(capacity: count)
        for index in stride(from: 0, to: count, by: 3) { marks.insert(index) }
        var listing = Listing(of: maildrop, without: marks, column: .size, firstLine: .ok("x"), chunkOctets: 4_096)
        var all = ByteBuffer()
        var chunk = ByteBuffer()
        while listing.writeNext(to: &chunk) {
            #expect(chunk.readableBytes < 4_096 + 32)
            all.writeBuffer(&chunk)
            chunk.clear()
        }
        let kept = (0..<count).filter { $0 % 3 != 0 }.map { "\($0 + 1) \(sizes[$0])\r\n" }
        #expect(String(buffer: all) == "+OK x\r\n\(kept.joined()).\r\n")
    }
}
