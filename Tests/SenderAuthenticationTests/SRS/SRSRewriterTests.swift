import MailCore
import Testing

@testable import SenderAuthentication

/// With the vectors of postsrsd's tests, which speak to libsrs2.
@Suite struct SRSRewriterTests {
    /// 2020-01-01 00:01 UTC.
    static let now: Int64 = 1_577_836_860

    static func rewriter(hashCharacters: Int = 4) throws -> SRSRewriter {
        SRSRewriter(
            secret: octets("tops3cr3t"), domain: try #require(Domain("example.com")), hashCharacters: hashCharacters)
    }

    static let forwarded = [
        ("test@example.com", "test@example.com"),
        ("test@otherdomain.com", "SRS0=vmyz=2W=otherdomain.com=test@example.com"),
        ("testing@otherdomain.com", "SRS0=rNNq=2W=otherdomain.com=testing@example.com"),
        ("SRS0=opaque+string@otherdomain.com", "SRS1=chaI=otherdomain.com==opaque+string@example.com"),
        (
            "SRS1=X=thirddomain.com==opaque+string@otherdomain.com",
            "SRS1=JIBX=thirddomain.com==opaque+string@example.com"
        ),
    ]

    @Test(arguments: forwarded) func pathsForward(_ sender: String, _ rewritten: String) throws {
        let path = ReversePath.address(try #require(EmailAddress(sender)))
        #expect(try Self.rewriter().forward(path, at: Self.now).address?.written == rewritten)
    }

    @Test func someStayWhatTheyAre() throws {
        let rewriter = try Self.rewriter()
        #expect(rewriter.forward(.null, at: Self.now) == .null)
        let long = try #require(EmailAddress("a-local-part-of-many-octets@a-long-subdomain.of-another.example"))
        #expect(rewriter.forward(.address(long), at: Self.now) == .address(long))
    }

    static let reversed: [(String, String)] = [
        ("SRS0=XjO9=2V=otherdomain.com=test", "test@otherdomain.com"),
        ("srs0=xjo9=2v=otherdomain.com=test", "test@otherdomain.com"),
        ("SRS0=XJO9=2V=OTHERDOMAIN.COM=TEST", "TEST@otherdomain.com"),
        ("SRS0+XjO9=2V=otherdomain.com=test", "test@otherdomain.com"),
        ("SRS1=JIBX=thirddomain.com==opaque+string", "SRS0=opaque+string@thirddomain.com"),
        ("test", "notRewritten"),
        ("SRS0", "notRewritten"),
        ("SRS0=te87=T7=otherdomain.com=test", "expired"),
        ("SRS0=VcIb=7N=otherdomain.com=test", "expired"),
        ("SRS0=FAKE=2V=otherdomain.com=test", "badHash"),
        ("SRS0=XjO=2V=otherdomain.com=test", "badHash"),
        ("SRS0==2V=otherdomain.com=test", "badHash"),
        ("SRS0=XjO9=2V=otherdomain.com=text", "badHash"),
        ("SRS0=XjO9=00=otherdomain.com=test", "badHash"),
        ("SRS0=", "malformed"),
        ("SRS0=XjO9", "malformed"),
        ("SRS0=XjO9=2V", "malformed"),
        ("SRS0=XjO9=2V=otherdomain.com", "malformed"),
        ("SRS1-", "malformed"),
        ("SRS1=XXXX=thirddomain.com==opaque+string", "badHash"),
        ("SRS1=JIBX=thirddomain.com", "malformed"),
    ]

    @Test(arguments: reversed) func localPartsLeadBack(_ local: String, _ outcome: String) throws {
        let localPart = try #require(LocalPart(unquoted: local))
        do throws(SRSRewriter.Failure) {
            let address = try Self.rewriterOrTrap.reverse(localPart, at: Self.now)
            #expect(address.written == outcome)
        } catch {
            #expect("\(error)" == outcome)
        }
    }

    static let rewriterOrTrap = SRSRewriter(
        secret: octets("tops3cr3t"), domain: Domain("example.com") ?? { preconditionFailure("no domain") }())

    @Test func theyAreGoodForThreeWeeks() throws {
        let rewriter = try Self.rewriter(hashCharacters: 8)
        let sender = try #require(EmailAddress("Ana.B=c@other.test"))
        let path = rewriter.forward(.address(sender), at: Self.now)
        let local = try #require(path.address?.localPart)
        #expect(SRSRewriter.isRewritten(local))
        for days in [0, 1, 21] as [Int64] {
            #expect(try rewriter.reverse(local, at: Self.now + days * 86400) == sender)
        }
        for days in [-1, 22, 500, 1023] as [Int64] {
            #expect(throws: SRSRewriter.Failure.expired) { try rewriter.reverse(local, at: Self.now + days * 86400) }
        }
        let folded = try #require(LocalPart(unquoted: local.text.lowercased()))
        #expect(try rewriter.reverse(folded, at: Self.now).lookupKey == sender.lookupKey)
        // A shorter hash of ours is none where longer ones are asked for.
        let short = try #require(Self.rewriter().forward(.address(sender), at: Self.now).address?.localPart)
        #expect(throws: SRSRewriter.Failure.badHash) { try rewriter.reverse(short, at: Self.now) }
        #expect(try Self.rewriter().reverse(local, at: Self.now) == sender)
    }

    @Test func theSecretIsNotShown() throws {
        var shown = "\(try Self.rewriter()) \(String(reflecting: try Self.rewriter()))"
        dump(try Self.rewriter(), to: &shown)
        #expect(!shown.contains("tops3cr3t"))
        #expect(!shown.contains("SymmetricKey"))
    }

    @Test func noLocalPartEndsIt() throws {
        var random = SeededGenerator(5)
        let rewriter = try Self.rewriter()
        let pieces = ["SRS0", "SRS1", "=", "==", "+", "-", "2V", "ßß", "otherdomain.com", "test", "a@b", " ", "XjO9"]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1..<10, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            guard let local = LocalPart(unquoted: text) else { continue }
            _ = try? rewriter.reverse(local, at: Self.now)
            if let domain = Domain("x.test") {
                _ = rewriter.forward(.address(EmailAddress(localPart: local, domain: domain)), at: Self.now)
            }
        }
    }
}
