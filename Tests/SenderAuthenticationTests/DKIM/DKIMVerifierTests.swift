import MailCore
import Testing

@testable import SenderAuthentication

@Suite struct DKIMVerifierTests {
    @Test func exampleOfRFC6376() throws {
        let results = verify(try Fixture.octets("rfc6376-a2.eml"), Fixture.keys)
        #expect(results.map(\.result) == [.pass])
        #expect(results[0].domain?.ascii == "example.com")
        #expect(results[0].identity == "joe@football.example.com")
    }

    @Test func exampleOfRFC8463() throws {
        let message = try Fixture.octets("rfc8463-a3.eml")
        for piece in [1, 7, Int.max] {
            let results = verify(message, Fixture.keys, piece: piece)
            #expect(results.map(\.result) == [.pass, .pass])
            #expect(results.map(\.algorithm) == ["ed25519-sha256", "rsa-sha256"])
            #expect(results.map(\.signaturePrefix) == ["/gCrinpc", "F45dVWDf"])
        }
    }

    /// (what is replaced, by what, what becomes of the two signatures).
    static let changes: [(String, String, DKIMResult)] = [
        ("Are you", "Are  you", .pass),
        ("Are you", "Are You", .fail),
        ("Subject: Is", "SUBJECT : Is ", .pass),
        ("Subject: Is", "Subject: is", .fail),
        ("From: Joe", "From: Eve <eve@example.net>\r\nFrom: Joe", .fail),
        ("From: Joe", "Received: later\r\nFrom: Joe", .pass),
        ("v=1;", "v=2;", .permanentError),
        ("v=1; ", "", .permanentError),
        ("v=1;", "v=1; v=1;", .neutral),
        ("q=dns/txt;", "q=http/rest;", .permanentError),
        ("from : ", "", .permanentError),
        ("i=@football.example.com", "i=@example.com", .permanentError),
        ("i=@football.example.com", "i=@sub.football.example.com", .fail),
        ("t=1528637909;", "t=1528637909; x=1528637908;", .permanentError),
        ("t=1528637909;", "t=1528637909; x=1599999999;", .fail),
        ("t=1528637909;", "t=1528637909; l=100000;", .permanentError),
        ("t=1528637909;", "t=99999999999999999999;", .permanentError),
        ("c=relaxed/relaxed", "c=relaxed", .fail),
        ("c=relaxed/relaxed", "c=nofws", .permanentError),
        ("-sha256;", "-sha1;", .permanentError),
        ("bh=2jUSO", "bh=!jUSO", .permanentError),
        ("\r\nJoe.\r\n", "\r\nJoe.\r\n\r\n\r\n", .pass),
        ("\r\nJoe.\r\n", "\r\nJoe.\r\nP.S.\r\n", .fail),
    ]

    @Test(arguments: changes) func changesOnTheWay(_ old: String, _ new: String, _ result: DKIMResult) throws {
        let message = try Fixture.text("rfc8463-a3.eml").replacing(old, with: new)
        #expect(verify(octets(message), Fixture.keys).map(\.result) == [result, result])
    }

    /// (the key's record, what becomes of the Ed25519 signature).
    static let records: [([String], DKIMResult)] = [
        ([], .permanentError),
        (["v=spf1 -all"], .permanentError),
        (["v=DKIM1; k=ed25519; p="], .permanentError),
        (["v=DKIM1; k=ed25519; p=AAAA"], .permanentError),
        (["v=DKIM1; k=rsa; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="], .permanentError),
        (["k=ed25519; v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="], .permanentError),
        (["v=DKIM1; k=ed25519; s=calendar; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="], .permanentError),
        (["v=DKIM1; k=ed25519; h=sha1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="], .permanentError),
        (["v=DKIM1; k=ed25519; p=12qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="], .fail),
        (["junk", "k=ed25519; t=y:s; s=email; n=a b; p=11qYAYKxCrfVS/7Ty WQHOg7hcvPapiMlrwIaaPcHURo="], .pass),
    ]

    @Test(arguments: records) func keys(_ records: [String], _ result: DKIMResult) throws {
        let message = try Fixture.octets("rfc8463-a3.eml")
        let keys = ["brisbane._domainkey.football.example.com": DKIMKeyAnswer.records(records)]
        let results = verify(message, keys)
        #expect(results.map(\.result) == [result, .temporaryError])
        if result == .pass { #expect(results[0].flags == [.testing, .sameDomain]) }
    }

    @Test func shortKeysAreNotAccepted() throws {
        var limits = SenderAuthenticationLimits()
        limits.rsaKeyBitsMin = 2048
        let (header, body) = try Fixture.octets("rfc8463-a3.eml").headerAndBody
        var verifier = DKIMVerifier(header: header, at: 0, limits: limits)
        verifier.update(body)
        #expect(verifier.results(keys: Fixture.keys).map(\.result) == [.pass, .policy])
    }

    @Test func signaturesAreBounded() throws {
        let field = "DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=b; h=from; bh=AAAA; b=AAAA\r\n"
        let message = String(repeating: field, count: 1000) + "From: a\r\n\r\n"
        let verifier = DKIMVerifier(header: octets(message), at: 0)
        #expect(verifier.keyNames == ["b._domainkey.a.test"])
        #expect(verifier.results(keys: [:]).count == SenderAuthenticationLimits().signaturesMax)
    }

    @Test func noSignatureIsNoResult() {
        #expect(verify(octets("From: a\r\n\r\nb\r\n"), [:]).isEmpty)
        #expect(verify([], [:]).isEmpty)
    }

    @Test func noOctetsEndIt() throws {
        var random = SeededGenerator(11)
        let message = try Fixture.octets("rfc8463-a3.eml")
        for _ in 0..<2000 {
            var broken = message
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let index = Int.random(in: 0..<broken.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: broken.remove(at: index)
                case 1: broken[index] = UInt8.random(in: 0...255, using: &random)
                default: broken.insert(";:=@ \r\n".utf8.randomElement(using: &random) ?? 0, at: index)
                }
            }
            _ = verify(broken, Fixture.keys)
        }
    }
}
