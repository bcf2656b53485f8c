import MailCore
import Testing

@testable import Directory

@Suite struct SenderRewritingTests {
    private func forwarded(_ directory: Directory, _ recipient: String, from sender: String) async throws -> [String] {
        let path: ReversePath = sender.isEmpty ? .null : .address(try address(sender))
        let expansion = try #require(try await directory.resolve(recipient).expansion)
        return try await directory.forwarding(expansion, from: path).remoteCopies.map { "\($0.returnPath ?? path)" }
    }

    private func withAliases(_ clock: TestClock = TestClock(), _ body: (Directory) async throws -> Void) async throws {
        try await withDirectory(clock: clock.clock) { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addDomain(try domain("second.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("out@example.test", "eva@elsewhere.test")
            try await directory.addAlias("via@second.test", "eva@elsewhere.test")
            try await directory.addList("news@example.test", "eva@elsewhere.test", owner: "ana@example.test")
            try await directory.setCatchAll(try domain("example.test"), to: try address("ana@example.test"))
            try await body(directory)
        }
    }

    @Test func forwardedMailHasAPathOfOurs() async throws {
        try await withAliases { directory in
            let rewritten = try await forwarded(directory, "out@example.test", from: "bob@sender.test")
            #expect(rewritten.count == 1)
            #expect(rewritten[0].hasPrefix("<SRS0="))
            #expect(rewritten[0].hasSuffix("=sender.test=bob@example.test>"))
            let second = try await forwarded(directory, "via@second.test", from: "bob@sender.test")
            #expect(second[0].hasSuffix("=sender.test=bob@second.test>"))
            // Reports, senders of ours and lists.
            #expect(try await forwarded(directory, "out@example.test", from: "") == ["<>"])
            for sender in ["ana@example.test", "x@second.test"] {
                #expect(try await forwarded(directory, "out@example.test", from: sender) == ["<\(sender)>"])
            }
            #expect(
                try await forwarded(directory, "news@example.test", from: "bob@sender.test")
                    == ["<news-bounces@example.test>"])
        }
    }

    @Test func reportsGoBackForThreeWeeks() async throws {
        let clock = TestClock()
        try await withAliases(clock) { directory in
            let path = try await forwarded(directory, "out@example.test", from: "Bob.x@sender.test")[0]
            let recipient = String(path.dropFirst().dropLast())
            #expect(try await directory.outcome(recipient) == "Bob.x@sender.test alias")
            #expect(try await directory.outcome(recipient.lowercased()) == "bob.x@sender.test alias")
            #expect(
                try await directory.outcome(recipient.replacing("@example", with: "@second")).contains("sender.test"))
            #expect(try await directory.outcome(recipient.replacing("sender", with: "victim")) == "unknownUser")
            #expect(try await directory.outcome(recipient.replacing("@example", with: "@other")) == "notOurDomain")
            clock.advance(bySeconds: 22 * 86400)
            #expect(try await directory.outcome(recipient) == "unknownUser")
        }
    }

    /// What looks rewritten is never for the catch-all, but an address that is there is itself.
    @Test func addressesThatLookRewritten() async throws {
        try await withAliases { directory in
            #expect(try await directory.outcome("anything@example.test") == "ana@example.test")
            #expect(try await directory.outcome("SRS0=a=b=c.test=d@example.test") == "unknownUser")
            #expect(try await directory.outcome("srs1=a@example.test") == "unknownUser")
            try await directory.addAlias("srs0=mine@example.test", "ana@example.test")
            #expect(try await directory.outcome("SRS0=mine@example.test") == "ana@example.test")
        }
    }

    /// A sender whose domain has become ours meanwhile gets the report here.
    @Test func aSenderMayHaveComeToUs() async throws {
        try await withAliases { directory in
            let path = try await forwarded(directory, "out@example.test", from: "bob@sender.test")[0]
            try await directory.addDomain(try domain("sender.test"))
            try await directory.addAccount("bob@sender.test")
            #expect(try await directory.outcome(String(path.dropFirst().dropLast())) == "bob@sender.test")
        }
    }
}
