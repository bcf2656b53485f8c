import Foundation
import MailCore
import Testing

@testable import SenderAuthentication

@Suite struct DKIMSignerTests {
    static let domain = "example.test"

    static func keys() throws -> [DKIMSigningKey] {
        [
            DKIMSigningKey(
                selector: try #require(DKIMSelector("rsa1")),
                privateKey: try DKIMPrivateKey(pem: try Fixture.text("rfc6376-c.key.pem"))),
            DKIMSigningKey(
                selector: try #require(DKIMSelector("ed1")), privateKey: try DKIMPrivateKey.generate(.ed25519SHA256)),
        ]
    }

    static func answers(_ keys: [DKIMSigningKey], _ domain: Domain) -> [String: DKIMKeyAnswer] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0.recordName(in: domain), .records([$0.recordText])) })
    }

    static func sign(_ message: [UInt8], _ signer: DKIMSigner, at seconds: Int64 = 1_600_000_000) throws -> [[UInt8]] {
        let (header, body) = message.headerAndBody
        var hash = signer.bodyHash
        hash.update(body)
        return try signer.signatures(header: header, bodyHash: hash.finish(), at: seconds)
    }

    static let message = octets(
        "Received: from a by b\r\nFrom: Ana <ana@example.test>\r\nTo: a@b.test,\r\n c@d.test\r\nSubject: caf\u{e9}\r\n"
            + "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n  Hello  you \r\n.\r\n\r\n")

    @Test func whatIsSignedVerifies() throws {
        let domain = try #require(Domain(Self.domain))
        let keys = try Self.keys()
        for header in Canonicalization.allCases {
            for body in Canonicalization.allCases {
                let signer = DKIMSigner(
                    domain: domain, keys: keys, canonicalization: MessageCanonicalization(header: header, body: body),
                    lifetimeSeconds: 1000)
                let fields = try Self.sign(Self.message, signer)
                #expect(fields.count == 2)
                let signed = fields.flatMap(\.self) + Self.message
                let results = verify(signed, Self.answers(keys, domain))
                #expect(results.map(\.result) == [.pass, .pass], "\(results)")
                #expect(
                    verify(signed, Self.answers(keys, domain), at: 1_600_001_001).map(\.reason)
                        == ["signature expired", "signature expired"])
            }
        }
    }

    @Test func fieldsAreFoldedAndWhole() throws {
        let domain = try #require(Domain(Self.domain))
        let signer = DKIMSigner(domain: domain, keys: try Self.keys())
        for field in try Self.sign(Self.message, signer) {
            let text = String(decoding: field, as: UTF8.self)
            #expect(text.hasPrefix("DKIM-Signature: v=1; a="))
            #expect(text.hasSuffix("\r\n"))
            #expect(text.contains("t=1600000000;"))
            #expect(!text.contains("l="))
            for line in text.split(separator: "\r\n") {
                #expect(line.utf8.count <= 78)
                #expect(line.hasPrefix("DKIM") || line.hasPrefix("\t"))
            }
        }
    }

    /// Ed25519 signs the same alike: the field of RFC 8463 appendix A.3 in the order in which we write it is made once
    /// by the key of the RFC and verified with the record of the RFC.
    @Test func theKeysOfRFC8463Sign() throws {
        let seed = try #require(Base64.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
        let pkcs8 = try #require(Base64.decode("MC4CAQAwBQYDK2VwBCIEIA==")) + seed
        let ed25519 = try DKIMPrivateKey(der: pkcs8)
        #expect(ed25519.pkcs8 == pkcs8)
        let rsa = try DKIMPrivateKey(pem: try Fixture.text("rfc8463-a1.key.pem"))
        let domain = try #require(Domain("football.example.com"))
        let keys = [
            DKIMSigningKey(selector: try #require(DKIMSelector("brisbane")), privateKey: ed25519),
            DKIMSigningKey(selector: try #require(DKIMSelector("test")), privateKey: rsa),
        ]
        for key in keys {
            guard case .records(let texts)? = Fixture.keys[key.recordName(in: domain)] else {
                Issue.record("no record of the RFC")
                continue
            }
            #expect(texts == [key.recordText])
        }
        let signed = try Self.sign(Self.message, DKIMSigner(domain: domain, keys: keys)).flatMap(\.self) + Self.message
        #expect(verify(signed, Fixture.keys).map(\.result) == [.pass, .pass])
    }

    @Test func whatCannotBeSigned() throws {
        let domain = try #require(Domain(Self.domain))
        let signer = DKIMSigner(domain: domain, keys: try Self.keys())
        for text in ["To: a\r\n\r\n", "From: a\r\nFROM : b\r\n\r\n", ""] {
            #expect(throws: DKIMSigner.Failure.noSingleFrom) { try Self.sign(octets(text), signer) }
        }
    }

    @Test func sealedFieldsCannotBeAdded() throws {
        let domain = try #require(Domain(Self.domain))
        let keys = try Self.keys()
        let signed = try Self.sign(Self.message, DKIMSigner(domain: domain, keys: keys)).flatMap(\.self) + Self.message
        for field in ["From: x@y.test", "Subject: other", "To: x@y.test", "Cc: x@y.test", "Date: now", "Reply-To: x"] {
            let results = verify(octets(field + "\r\n") + signed, Self.answers(keys, domain))
            #expect(results.map(\.result) == [.fail, .fail], "\(field)")
        }
        let results = verify(octets("Received: x\r\nX-Spam: no\r\n") + signed, Self.answers(keys, domain))
        #expect(results.map(\.result) == [.pass, .pass])
    }
}

@Suite struct DKIMPrivateKeyTests {
    @Test func keysGoIntoPEMAndBack() throws {
        for algorithm in DKIMAlgorithm.allCases {
            let key = try DKIMPrivateKey.generate(algorithm)
            #expect(key.algorithm == algorithm)
            let again = try DKIMPrivateKey(pem: key.pem)
            #expect(again.pkcs8 == key.pkcs8)
            #expect(again.publicKey.octets == key.publicKey.octets)
            let record = try DKIMKeyRecord(DKIMKeyRecord(key.publicKey).text)
            #expect(record.key.octets == key.publicKey.octets)
            #expect(record.key.rsaBits == (algorithm == .rsaSHA256 ? 2048 : nil))
        }
    }

    @Test func whatIsNoKey() {
        #expect(throws: DKIMPrivateKey.Failure.unreadable) { try DKIMPrivateKey(pem: "") }
        #expect(throws: DKIMPrivateKey.Failure.unreadable) { try DKIMPrivateKey(pem: "-----BEGIN PRIVATE KEY-----") }
        #expect(throws: DKIMPrivateKey.Failure.unreadable) {
            try DKIMPrivateKey(pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        }
        #expect(throws: DKIMPrivateKey.Failure.unreadable) { try DKIMPrivateKey(der: []) }
    }

    @Test func nobodySeesIt() throws {
        let key = try DKIMPrivateKey.generate(.ed25519SHA256)
        let signing = DKIMSigningKey(selector: try #require(DKIMSelector("s")), privateKey: key)
        var shown = "\(key) \(String(reflecting: key)) \(signing)"
        dump(signing, to: &shown)
        #expect(shown.contains("<ed25519-sha256 key>"))
        #expect(!shown.contains("Curve25519"))
    }
}
