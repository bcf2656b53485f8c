import MailCore
import SASL
import Testing

@testable import Directory

@Suite struct SCRAMTests {
    @Test func storedTextComesBack() async throws {
        let made = try await PasswordHasher(limits: .forTests).secrets(of: "correct horse").scram
        let read = try #require(SCRAMCredentials(stored: made.stored))
        #expect(read.stored == made.stored)
        #expect(read.salt == made.salt)
        #expect(read.iterations == 4096)
        #expect(read.storedKey.isEqual(to: made.storedKey))
        #expect(read.serverKey.isEqual(to: made.serverKey))
    }

    /// The exchange of RFC 7677 §3, as its keys are stored.
    @Test func theExampleOfTheRFC() throws {
        let salt = try #require(Sodium.octets(base64: "W22ZaJ0SNY7soEsUEjb6gQ=="))
        let credentials = SCRAMCredentials(password: SecretBytes("pencil".utf8), salt: salt, iterations: 4096)
        #expect(
            credentials?.stored
                == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
    }

    @Test(arguments: [
        "", "SCRAM-SHA-256", "SCRAM-SHA-256$4096:W22Z$AA==:AA==", "SCRAM-SHA-1$4096:W22Z$AA==:AA==",
        "SCRAM-SHA-256$x:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:AA==",
        "SCRAM-SHA-256$4096:***$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$1:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    ])
    func brokenTextIsNoCredentials(text: String) {
        #expect(SCRAMCredentials(stored: text) == nil)
    }

    @Test func whoHasCredentials() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("sales@example.test", "ana@example.test")
            let ana = try await directory.scramCredentials(user: "Ana@example.test")
            #expect(ana?.account.address.written == "ana@example.test")
            let again = SCRAMCredentials(
                password: SecretBytes(Directory.testPassword.text.utf8), salt: ana?.credentials.salt ?? [],
                iterations: ana?.credentials.iterations ?? 0)
            #expect(again?.stored == ana?.credentials.stored)
            #expect(try await directory.scramCredentials(user: "ana")?.account == ana?.account)
            for nobody in ["sales@example.test", "nobody", "", "x@elsewhere.example"] {
                #expect(try await directory.scramCredentials(user: nobody)?.account == nil)
            }
            try await directory.setPassword(try address("ana@example.test"), to: Password("something new"))
            let changed = try await directory.scramCredentials(user: "ana")
            #expect(changed?.credentials.stored != ana?.credentials.stored)
            try await directory.setState(try address("ana@example.test"), to: .disabled)
            #expect(try await directory.scramCredentials(user: "ana")?.account == nil)
        }
    }

    @Test func decoysSurviveARestart() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            let secret = try await directory.scramDecoySecret()
            #expect(secret.count == 32)
            let next = Directory(store: directory.store, limits: .forTests)
            #expect(try await next.scramDecoySecret().isEqual(to: secret))
            try await directory.addDomain(try domain("other.test"))
            #expect(try await directory.scramDecoySecret().isEqual(to: secret))
        }
    }

    @Test func nobodyActsAsAnother() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAccount("bob@example.test")
            func verify(as other: String?) async -> AuthenticationResult {
                await directory.verify(
                    SASLPasswordClaim(
                        identity: SASLIdentity(authorizationID: other, authenticationID: "ana"),
                        password: SecretBytes(Directory.testPassword.text.utf8)))
            }
            let ana = await verify(as: nil)
            #expect(ana != .refused)
            #expect(await verify(as: "ana@example.test") == ana)
            #expect(await verify(as: "bob@example.test") == .refused)
            #expect(await verify(as: "nobody") == .refused)
        }
    }
}
