import MailCore
import Testing

@testable import SenderAuthentication

@Suite struct MTASTSRecordTests {
    static let table: [([String], String?)] = [
        (["v=STSv1; id=20160831085700Z;"], "20160831085700Z"),
        (["v=STSv1;id=a"], "a"),
        (["v=spf1 -all", "v=STSv1 ; id=b; new=tag;"], "b"),
        ([], nil),
        (["v=STSv1; id=a;", "v=STSv1; id=b;"], nil),
        (["v=STSv1"], nil),
        (["v=STSv12; id=a;"], nil),
        (["v=STSv1; id=;"], nil),
        (["v=STSv1; id=a-b;"], nil),
        (["id=a; v=STSv1;"], nil),
        (["v=STSv1; id=\(String(repeating: "a", count: 33));"], nil),
    ]

    @Test(arguments: table) func records(_ texts: [String], _ id: String?) {
        #expect(MTASTSRecord(records: texts)?.id == id)
    }
}

@Suite struct MTASTSPolicyTests {
    /// The example of RFC 8461 §3.2.
    static let example =
        "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
        + "mx: backupmx.example.com\r\nmax_age: 604800\r\n"

    @Test func exampleOfTheRFC() throws {
        let policy = try MTASTSPolicy(octets(Self.example))
        #expect(policy.mode == .enforce)
        #expect(policy.maxAgeSeconds == 604_800)
        #expect(policy.patterns.map(\.description) == ["mail.example.com", "*.example.net", "backupmx.example.com"])
        #expect(policy.text == Self.example)
        #expect(try MTASTSPolicy(octets(Self.example.replacing("\r\n", with: "\n"))) == policy)
        let hosts = [
            ("mail.example.com", true), ("MAIL.example.COM.", true), ("x.example.net", true), ("example.net", false),
            ("y.x.example.net", false), ("x.mail.example.com", false), ("evil.test", false),
        ]
        for (host, isAllowed) in hosts { #expect(policy.allows(try #require(Domain(host))) == isAllowed, "\(host)") }
    }

    static let faults: [(String, MTASTSPolicy.Fault?)] = [
        ("version: STSv1\nmode: none\nmax_age: 0\n", nil),
        ("version: STSv1\nmode: testing\nmx: a.test\nmax_age: 9999999999\nnew: key\n", nil),
        ("version: STSv1\nmode: testing\nmode: enforce\nmx:a.test\nmax_age:1", nil),
        ("", .version),
        ("version: STSv2\nmode: none\nmax_age: 1\n", .version),
        ("version: STSv1\nmode: perhaps\nmx: a.test\nmax_age: 1\n", .bad("mode")),
        ("version: STSv1\nmode: enforce\nmax_age: 1\n", .bad("mx")),
        ("version: STSv1\nmode: enforce\nmx: a.*.test\nmax_age: 1\n", .bad("mx")),
        ("version: STSv1\nmode: enforce\nmx: a.test\n", .bad("max_age")),
        ("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: -1\n", .bad("max_age")),
        ("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 99999999999\n", .bad("max_age")),
        ("<html>\n", .syntax),
        (String(repeating: "a: b\n", count: 20_000), .tooLarge),
    ]

    @Test(arguments: faults) func texts(_ text: String, _ fault: MTASTSPolicy.Fault?) {
        do throws(MTASTSPolicy.Fault) {
            let policy = try MTASTSPolicy(octets(text))
            #expect(fault == nil)
            #expect(policy.maxAgeSeconds <= MTASTSPolicy.maxAgeSecondsMax)
        } catch {
            #expect(error == fault)
        }
    }
}

@Suite struct MTASTSCacheTests {
    @Test func policiesAreKeptAsLongAsTheyAreGood() throws {
        let domain = try #require(Domain("example.com"))
        let policy = try MTASTSPolicy(octets(MTASTSPolicyTests.example))
        let first = MTASTSRecord(id: "1")
        let second = MTASTSRecord(id: "2")
        var cache = MTASTSCache()
        #expect(cache.advice(for: domain, record: nil, at: 0) == .noPolicy)
        #expect(cache.advice(for: domain, record: first, at: 0) == .fetch(id: "1", meanwhile: nil))
        cache.fetchFailed(for: domain, at: 0)
        #expect(cache.advice(for: domain, record: first, at: 299) == .noPolicy)
        #expect(cache.advice(for: domain, record: first, at: 300) == .fetch(id: "1", meanwhile: nil))
        cache.store(policy, id: "1", for: domain, at: 300)
        #expect(cache.advice(for: domain, record: first, at: 301) == .use(policy))
        // Somebody who takes the record away does not take the policy away.
        #expect(cache.advice(for: domain, record: nil, at: 301) == .use(policy))
        #expect(cache.advice(for: domain, record: second, at: 301) == .fetch(id: "2", meanwhile: policy))
        cache.fetchFailed(for: domain, at: 302)
        #expect(cache.advice(for: domain, record: second, at: 303) == .use(policy))
        let later: Int64 = 300 + 604_800
        #expect(cache.advice(for: domain, record: nil, at: later) == .noPolicy)
        #expect(cache.advice(for: domain, record: first, at: later) == .fetch(id: "1", meanwhile: nil))
        let again = MTASTSCache(entries: cache.entries)
        #expect(again.advice(for: domain, record: first, at: 301) == .use(policy))
    }

    @Test func theCacheIsBounded() throws {
        var limits = SenderAuthenticationLimits()
        limits.cachedPoliciesMax = 3
        var cache = MTASTSCache(limits: limits)
        for number in 0..<10 {
            let domain = try #require(Domain("d\(number).test"))
            cache.store(try MTASTSPolicy(octets(MTASTSPolicyTests.example)), id: "1", for: domain, at: Int64(number))
        }
        #expect(cache.entries.keys.sorted().map(\.ascii) == ["d7.test", "d8.test", "d9.test"])
    }
}
