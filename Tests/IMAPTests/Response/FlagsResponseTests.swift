import MailCore
import NIOCore
import Testing

@testable import IMAP

@Suite struct FlagsResponseTests {
    static let orders: [[FlagsResponse.Item]] = [[.flags], [.uid, .flags], [.flags, .uid]]

    /// It is what is written item by item.
    @Test(arguments: orders, [IMAPCapabilitySet(), [.imap4rev2], [.uidOnly]])
    func itemByItem(items: [FlagsResponse.Item], enabled: IMAPCapabilitySet) {
        let dialect = IMAPDialect(enabled: enabled)
        for flags in [SystemFlags(), .seen, [.seen, .flagged, .draft]] {
            for keywords in ["", "$Junk blue"] {
                for recency in [Recency.old, .recent] {
                    let octets = Array(keywords.utf8)
                    let response = FlagsResponse(items, flags, keywords: octets, recency, dialect: dialect)
                    var ready = IMAPResponseWriter(dialect: dialect)
                    var plain = IMAPResponseWriter(dialect: dialect)
                    for (number, uid) in [(1, 1), (7, 12_345), (99_999, 4_294_967_295)] as [(UInt32, UInt32)] {
                        let (number, uid) = (SequenceNumber(rawValue: number), UID(rawValue: uid))
                        ready.fetch(number, uid, response)
                        var written = plain.beginFetch(number, uid)
                        for item in items {
                            switch item {
                            case .uid: plain.fetchUID(uid, &written)
                            case .flags:
                                octets.withUnsafeBytes { plain.fetchFlags(flags, keywords: $0, recency, &written) }
                            }
                        }
                        plain.endFetch(written)
                    }
                    #expect(String(buffer: ready.take()) == String(buffer: plain.take()))
                }
            }
        }
    }
}
