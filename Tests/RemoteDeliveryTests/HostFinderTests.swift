import DNSClient
import MailCore
import Testing

@testable import RemoteDelivery

@Suite struct HostFinderTests {
    private static func domain(_ text: String) throws -> Domain { try #require(Domain(text)) }

    /// `10 a.test`, in the order in which they are tried; nil for a loop.
    private static func order(_ records: [String], own: String = "us.test") throws -> [String]? {
        let parsed = try records.map { text in
            let words = text.split(separator: " ")
            return MXRecord(
                preference: try #require(UInt16(words[0])),
                exchange: words[1] == "." ? nil : try domain(String(words[1])))
        }
        let (far, own) = (try domain("far.test"), try domain(own))
        do throws(DialFailure) {
            return try HostFinder.order(parsed, far, own: own, .insecure).map(\.name.ascii)
        } catch {
            #expect(error == .loop(far))
            return nil
        }
    }

    /// (records, the order); RFC 5321 §5.1.
    static let orders: [([String], [String]?)] = [
        (["10 a.test"], ["a.test"]),
        (["20 b.test", "10 a.test", "30 c.test"], ["a.test", "b.test", "c.test"]),
        (["0 a.test", "65535 b.test"], ["a.test", "b.test"]),
        (["10 a.test", "20 a.test", "15 b.test"], ["a.test", "b.test"]),
        (["10 a.test", "20 us.test", "30 b.test"], ["a.test"]),
        (["10 a.test", "20 US.test", "20 b.test"], ["a.test"]),
        (["10 us.test", "20 a.test"], nil),
        (["10 us.test", "10 a.test"], nil),
        (["10 us.test"], nil),
        (["10 a.test", "20 us.test", "5 us.test"], nil),
        (["10 .", "20 a.test"], ["a.test"]),
    ]

    @Test(arguments: orders) func hostsAreInOrder(_ records: [String], _ expected: [String]?) throws {
        for _ in 0..<10 { #expect(try Self.order(records) == expected) }
    }

    @Test func equalsAreTriedByChance() throws {
        var first: [String: Int] = [:]
        for _ in 0..<400 {
            let order = try #require(try Self.order(["10 a.test", "10 b.test", "10 c.test", "20 d.test"]))
            #expect(order.last == "d.test")
            #expect(Set(order.prefix(3)) == ["a.test", "b.test", "c.test"])
            first[order[0], default: 0] += 1
        }
        // Each is first about 133 times; below 60 it would be in less than one of 10^12 runs.
        #expect(first.count == 3)
        #expect(first.values.allSatisfy { $0 > 60 })
    }

    @Test func ofManyHostsSomeAreTried() throws {
        let order = try Self.order((0..<200).map { "10 h\($0).test" })
        #expect(order?.count == HostFinder.hostsMax)
        // The best are among them.
        let best = try Self.order((0..<200).map { "\($0 < 3 ? 5 : 10) h\($0).test" })
        #expect(best.map { Set($0.prefix(3)) } == ["h0.test", "h1.test", "h2.test"])
    }

    static let literals: [(String, String?)] = [
        ("[192.0.2.1]", "192.0.2.1"), ("[IPv6:2001:db8::1]", "2001:db8::1"), ("[ipv6:::1]", "::1"), ("far.test", nil),
    ]

    @Test(arguments: literals) func literalsAreAddresses(_ text: String, _ address: String?) throws {
        #expect(IPAddress(literal: try Self.domain(text))?.text == address)
    }
}
