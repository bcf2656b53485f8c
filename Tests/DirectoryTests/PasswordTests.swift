import MailCore
import SASL
import Testing

@testable import Directory

@Suite struct PasswordTests {
    @Test func secretsDoNotShowThemselves() {
        let password = Password("correct horse")
        for text in ["\(password)", String(reflecting: password), "\([password])", "\(Optional(password) as Any)"] {
            #expect(!text.contains("horse"))
        }
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("horse"))
    }

    @Test func whatIsRefused() throws {
        let ana = try address("ana.longname@example.test")
        let limits = DirectoryLimits.forTests
        let table: [(String, PasswordFault)] = [
            ("", .tooShort(minimum: 8)),
            ("seven77", .tooShort(minimum: 8)),
            ("ñañañañ", .tooShort(minimum: 8)),
            (String(repeating: "x", count: 1025), .tooLong(maximum: 1024)),
            ("with\u{0}zero and more", .forbiddenCharacter),
            ("two\nlines of text", .forbiddenCharacter),
            ("ana.longname", .sameAsAddress),
            ("Ana.Longname", .sameAsAddress),
            ("ana.longname@example.test", .sameAsAddress),
        ]
        for (text, fault) in table {
            #expect(throws: DirectoryError.badPassword(fault)) {
                try PasswordPolicy.check(Password(text), for: ana, limits: limits)
            }
        }
        #expect(try PasswordPolicy.check(Password("eight888"), for: ana, limits: limits) == "eight888")
        #expect(try PasswordPolicy.check(Password("ñañañaña"), for: ana, limits: limits) == "ñañañaña")
    }

    @Test func generatedOnesAreReadableAndDifferent() throws {
        let made = (0..<200).map { _ in Password.generate().text }
        #expect(Set(made).count == 200)
        for text in made {
            let groups = text.split(separator: "-")
            #expect(groups.count == 4)
            #expect(groups.allSatisfy { $0.count == 5 })
            #expect(text.utf8.allSatisfy { !"lo01".utf8.contains($0) })
        }
        // 32 letters and digits, 20 of them: 100 bits.
        #expect(Set(made.joined().utf8).subtracting([UInt8(ascii: "-")]).count == 32)
    }

    @Test func hashesAreArgon2id() async throws {
        let hasher = PasswordHasher(limits: .forTests)
        let one = try await hasher.secrets(of: "correct horse")
        let two = try await hasher.secrets(of: "correct horse")
        #expect(one.argon2.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(one.argon2 != two.argon2)
        #expect(one.scram.salt != two.scram.salt)
        #expect(try await hasher.verify("correct horse", hash: one.argon2))
        #expect(try await !hasher.verify("correct horsf", hash: one.argon2))
        #expect(try await !hasher.verify("", hash: one.argon2))
        for broken in ["", "$argon2id$", "plain", String(one.argon2.dropLast(3)), String(repeating: "$", count: 500)] {
            #expect(try await !hasher.verify("correct horse", hash: broken))
        }
    }

    /// An unknown name must cost what a wrong password costs.
    @Test func theDecoyHasTheParametersOfAll() async throws {
        let hasher = PasswordHasher(limits: .forTests)
        #expect(!Sodium.isOutdated(argon2: PasswordHasher.decoy))
        #expect(try await !hasher.verify("correct horse", hash: PasswordHasher.decoy))
    }
}
