import MailCore
import Testing

@testable import Directory

@Suite struct DomainAdministrationTests {
    @Test func addShowRemove() async throws {
        let clock = TestClock()
        try await withDirectory(clock: clock.clock) { directory in
            let ours = try domain("Bücher.test")
            let made = try await directory.addDomain(ours)
            #expect(made.name == "xn--bcher-kva.test")
            #expect(made.subaddressSeparator == "+")
            #expect(made.createdSeconds == 1_000)
            await #expect(throws: DirectoryError.domainExists(ours)) { try await directory.addDomain(ours) }
            try await directory.addDomain(try domain("a.test"))
            #expect(try await directory.domains().map(\.name) == ["xn--bcher-kva.test", "a.test"])
            try await directory.addAccount("ana@bücher.test")
            try await directory.addAlias("x@bücher.test", "ana@bücher.test")
            try await directory.addList("l@bücher.test", "ana@bücher.test")
            let shown = try await directory.domain(ours)
            #expect([shown.accounts, shown.aliases, shown.lists] == [1, 1, 1])
            await #expect(throws: DirectoryError.domainInUse(ours, addresses: 3)) {
                try await directory.removeDomain(ours)
            }
            let removed = try await directory.removeDomain(ours, .withAddresses)
            #expect(
                Set(removed.addresses) == ["ana@xn--bcher-kva.test", "x@xn--bcher-kva.test", "l@xn--bcher-kva.test"])
            await #expect(throws: DirectoryError.unknownDomain(ours)) { try await directory.domain(ours) }
            await #expect(throws: DirectoryError.unknownDomain(ours)) { try await directory.removeDomain(ours) }
            try await directory.removeDomain(try domain("a.test"))
            #expect(try await directory.domains().isEmpty)
        }
    }

    @Test func settings() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            try await directory.addAccount("ana@example.test")
            let nobody = try address("nobody@example.test")
            await #expect(throws: DirectoryError.unknownTarget(nobody)) {
                try await directory.setCatchAll(ours, to: nobody)
            }
            #expect(try await directory.setCatchAll(ours, to: try address("ana@example.test")).catchAll != nil)
            // A catch-all does not vouch for itself.
            await #expect(throws: DirectoryError.unknownTarget(nobody)) {
                try await directory.setCatchAll(ours, to: nobody)
            }
            #expect(try await directory.domain(ours).catchAll == "ana@example.test")
            try await directory.setCatchAll(ours, to: nil)
            await #expect(throws: DirectoryError.unknownTarget(nobody)) {
                try await directory.setPostmaster(ours, to: nobody)
            }
            try await directory.setPostmaster(ours, to: try address("ana@example.test"))
            #expect(try await directory.domain(ours).postmaster == "ana@example.test")
            for bad in ["++", " ", "@", "é", "\"", "a"] {
                await #expect(throws: DirectoryError.badSeparator(bad)) {
                    try await directory.setSubaddressSeparator(ours, to: bad)
                }
            }
            #expect(try await directory.setSubaddressSeparator(ours, to: "=").subaddressSeparator == "=")
            let other = try domain("other.test")
            await #expect(throws: DirectoryError.unknownDomain(other)) {
                try await directory.setCatchAll(other, to: nil)
            }
        }
    }

    @Test func messagesSayWhatToDo() throws {
        let ours = try domain("example.com")
        let ana = try address("ana@example.com")
        let table: [(DirectoryError, String)] = [
            (
                .unknownDomain(ours),
                "example.com is not a domain of this server; add it with: paloma domain add example.com"
            ),
            (.addressExists(ana, .alias), "ana@example.com is already an alias"),
            (.unknownAccount("ana@example.com"), "there is no account ana@example.com; see: paloma account list"),
            (.badPassword(.tooShort(minimum: 8)), "the password is too short: it needs at least 8 characters"),
            (.loop(ana, via: ana), "ana@example.com would lead back to itself by way of ana@example.com"),
        ]
        for (error, message) in table { #expect(error.description == message) }
        #expect(DirectoryError.domainInUse(ours, addresses: 1).description.contains("1 address;"))
        #expect(DirectoryError.domainInUse(ours, addresses: 2).description.contains("2 addresses;"))
    }
}
