import MailCore
import Testing

@testable import Directory

@Suite struct AliasAdministrationTests {
    private func furnish(_ directory: Directory) async throws {
        try await directory.addDomain(try domain("example.test"))
        try await directory.addAccountsWithoutPassword(["ana@example.test", "bob@example.test"])
    }

    @Test func addShowChangeRemove() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let sales = try address("sales@example.test")
            let made = try await directory.addAlias(
                sales, targets: try addresses("ana@example.test", "r@elsewhere.example", "ANA@example.test"))
            #expect(made.targets == ["ana@example.test", "r@elsewhere.example"])
            #expect(try await directory.alias(sales) == made)
            let more = try await directory.addTargets(
                try addresses("bob@example.test", "ana@example.test"), toAlias: sales)
            #expect(more.targets == ["ana@example.test", "r@elsewhere.example", "bob@example.test"])
            let fewer = try await directory.removeTargets(try addresses("Ana@example.test"), fromAlias: sales)
            #expect(fewer.targets == ["r@elsewhere.example", "bob@example.test"])
            #expect(try await directory.aliases(in: try domain("example.test")) == [fewer])
            #expect(try await directory.removeAlias(sales).addresses == ["sales@example.test"])
            #expect(try await directory.aliases().isEmpty)
            await #expect(throws: DirectoryError.unknownAlias(sales)) { try await directory.alias(sales) }
        }
    }

    @Test func whatIsRefused() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let sales = try address("sales@example.test")
            let ana = try address("ana@example.test")
            let nobody = try address("nobody@example.test")
            let taken = DirectoryError.addressExists(ana, .account)
            await #expect(throws: taken) { try await directory.addAlias(ana, targets: [sales]) }
            await #expect(throws: DirectoryError.noTargets(sales)) { try await directory.addAlias(sales, targets: []) }
            await #expect(throws: DirectoryError.unknownTarget(nobody)) {
                try await directory.addAlias(sales, targets: [ana, nobody])
            }
            await #expect(throws: DirectoryError.unknownAlias(sales)) { try await directory.alias(sales) }
            await #expect(throws: DirectoryError.loop(sales, via: sales)) {
                try await directory.addAlias(sales, targets: [sales])
            }
            let other = try address("other@example.test")
            try await directory.addAlias(sales, targets: [ana])
            try await directory.addAlias(other, targets: [sales])
            await #expect(throws: DirectoryError.loop(sales, via: other)) {
                try await directory.addTargets([other], toAlias: sales)
            }
            await #expect(throws: DirectoryError.noTargets(sales)) {
                try await directory.removeTargets([ana], fromAlias: sales)
            }
            await #expect(throws: DirectoryError.notATarget(nobody, of: sales)) {
                try await directory.removeTargets([nobody], fromAlias: sales)
            }
            #expect(try await directory.alias(sales).targets == ["ana@example.test"])
            let elsewhere = try address("x@elsewhere.example")
            await #expect(throws: DirectoryError.unknownDomain(elsewhere.domain)) {
                try await directory.addAlias(elsewhere, targets: [ana])
            }
            let many = try (0...1000).map { try address("r\($0)@elsewhere.example") }
            await #expect(throws: DirectoryError.tooManyTargets(sales, limit: 1000)) {
                try await directory.addTargets(many, toAlias: sales)
            }
        }
    }
}
