import MailCore
import Testing

@testable import Directory

@Suite struct DirectoryCheckTests {
    @Test func whatLeadsNowhereIsTold() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword(["ana@example.test", "eva@example.test"])
            try await directory.setState(try address("eva@example.test"), to: .disabled)
            try await directory.addAlias("good@example.test", "ana@example.test")
            #expect(try await directory.check().isEmpty)
            try await directory.addAlias("half@example.test", "ana@example.test", "x@example.test", check: .nothing)
            try await directory.addAlias("loop@example.test", "loop@example.test", check: .nothing)
            try await directory.addAlias("none@example.test", "x@example.test", check: .nothing)
            try await directory.addAlias("off@example.test", "eva@example.test")
            try await directory.addList("empty@example.test")
            #expect(
                try await directory.check().map(\.description) == [
                    "empty@example.test leads to a list without members",
                    "half@example.test leaves out x@example.test (nobody has it)",
                    "loop@example.test leads back to itself and to nobody else",
                    "none@example.test leads to nobody",
                    "off@example.test leads to disabled accounts only",
                ])
        }
    }
}
