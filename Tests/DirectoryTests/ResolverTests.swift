import MailCore
import Testing

@testable import Directory

@Suite struct ResolverTests {
    /// Two domains with everything that an address can be.
    private func furnish(_ directory: Directory) async throws {
        try await directory.addDomain(try domain("example.test"))
        try await directory.addDomain(try domain("other.test"))
        try await directory.addDomain(try domain("bare.test"))
        try await directory.addDomain(try domain("xn--bcher-kva.test"))
        for name in ["ana", "bob", "eva", "d.dot", "a+b"] { try await directory.addAccount("\(name)@example.test") }
        try await directory.addAccount("ana@other.test")
        try await directory.addAccount("boss@other.test", role: .administrator)
        try await directory.addAccount("ana@bücher.test")
        try await directory.setState(try address("eva@example.test"), to: .disabled)
        try await directory.addAlias("sales@example.test", "ana@example.test", "bob@example.test")
        try await directory.addAlias("all@example.test", "sales@example.test", "ana@other.test", "sales@example.test")
        try await directory.addAlias("away@example.test", "me@elsewhere.example", "ana@example.test")
        try await directory.addAlias("gone@example.test", "eva@example.test")
        try await directory.addAlias("filed@example.test", "ana+sales@example.test")
        try await directory.addAlias("half@example.test", "bob@example.test", "nobody@example.test", check: .nothing)
        try await directory.addAlias("none@example.test", "nobody@example.test", check: .nothing)
        try await directory.addList(
            "news@example.test", "ana@example.test", "r@elsewhere.example", "eva@example.test",
            owner: "bob@example.test")
        try await directory.addList("club@other.test", "news@example.test", "ana@other.test", "ana@example.test")
        try await directory.addList("empty@example.test")
        try await directory.addList("orphan@other.test", "ana@other.test")
        try await directory.setSubaddressSeparator(try domain("other.test"), to: "-")
        try await directory.setSubaddressSeparator(try domain("bare.test"), to: "")
        try await directory.setCatchAll(try domain("bare.test"), to: try address("bob@example.test"))
    }

    private let table: [(String, String)] = [
        // accounts
        ("ana@example.test", "ana@example.test"),
        ("ANA@Example.TEST", "ana@example.test"),
        ("ana@xn--bcher-kva.test", "ana@xn--bcher-kva.test"),
        ("ana@BÜCHER.test", "ana@xn--bcher-kva.test"),
        ("\"ana\"@example.test", "ana@example.test"),
        ("d.dot@example.test", "d.dot@example.test"),
        ("ddot@example.test", "unknownUser"),
        ("nobody@example.test", "unknownUser"),
        ("eva@example.test", "disabled"),
        ("ana@elsewhere.example", "notOurDomain"),
        ("ana@sub.example.test", "notOurDomain"),
        ("ana@[192.0.2.1]", "notOurDomain"),
        // subaddresses
        ("ana+tag@example.test", "ana+tag@example.test (tag)"),
        ("ana+tag+more@example.test", "ana+tag+more@example.test (tag+more)"),
        ("ana+@example.test", "ana+@example.test ()"),
        ("a+b@example.test", "a+b@example.test"),
        ("a+b+c@example.test", "a+b+c@example.test (c)"),
        ("a+c@example.test", "unknownUser"),
        ("+tag@example.test", "unknownUser"),
        ("eva+tag@example.test", "disabled"),
        ("ana-tag@other.test", "ana-tag@other.test (tag)"),
        ("ana+tag@other.test", "unknownUser"),
        ("sales+x@example.test", "ana+x@example.test (x), bob+x@example.test (x)"),
        ("away+x@example.test", "ana+x@example.test (x), me@elsewhere.example alias"),
        ("filed@example.test", "ana+sales@example.test (sales)"),
        // aliases
        ("sales@example.test", "ana@example.test, bob@example.test"),
        ("all@example.test", "ana@example.test, bob@example.test, ana@other.test"),
        ("away@example.test", "ana@example.test, me@elsewhere.example alias"),
        ("gone@example.test", "disabled"),
        ("half@example.test", "bob@example.test; unknown nobody@example.test"),
        ("none@example.test", "unknownUser"),
        // lists
        (
            "news@example.test",
            """
            ana@example.test <news-bounces@example.test>, r@elsewhere.example list <news-bounces@example.test>\
            ; disabled eva@example.test
            """
        ),
        (
            "club@other.test",
            """
            ana@example.test <news-bounces@example.test>, ana@other.test <club-bounces@other.test>, \
            r@elsewhere.example list <news-bounces@example.test>; disabled eva@example.test
            """
        ),
        ("news+x@example.test", "ana@example.test <news-bounces@example.test>, "),
        ("empty@example.test", "emptyList"),
        ("news-bounces@example.test", "bob@example.test"),
        ("NEWS-Owner@example.test", "bob@example.test"),
        ("news-request@example.test", "bob@example.test"),
        ("ana-bounces@example.test", "unknownUser"),
        ("orphan-owner@other.test", "boss@other.test"),
        ("orphan-bounces@other.test", "boss@other.test"),
        ("orphan-x@other.test", "ana@other.test <orphan-bounces@other.test>"),
        // role addresses (RFC 2142), whether or not somebody made them
        ("postmaster@example.test", "boss@other.test"),
        ("PostMaster@example.test", "boss@other.test"),
        ("abuse@example.test", "boss@other.test"),
        ("abuse@bare.test", "boss@other.test"),
        ("Postmaster", "boss@other.test"),
        ("webmaster@example.test", "unknownUser"),
        // catch-all
        ("anything@bare.test", "bob@example.test"),
        ("any+thing@bare.test", "bob@example.test"),
    ]

    @Test func everyKindOfAddressIsAnswered() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            for (recipient, expected) in table {
                let outcome = try await directory.outcome(recipient)
                if expected.hasSuffix(", ") {
                    #expect(outcome.hasPrefix(expected), "\(recipient)")
                } else {
                    #expect(outcome == expected, "\(recipient)")
                }
            }
        }
    }

    @Test func copiesKnowAsWhatTheyCame() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let copies = try await directory.resolve("Sales+x@Example.test").expansion?.localCopies ?? []
            #expect(copies.map(\.originalTo.written) == ["Sales+x@example.test", "Sales+x@example.test"])
            #expect(copies.map(\.deliveredTo.written) == ["ana+x@example.test", "bob+x@example.test"])
            let ana = try await directory.account(try address("ana@example.test")).accountID
            #expect(copies.first?.account == ana)
            let remote = try await directory.resolve("away@example.test").expansion?.remoteCopies.first
            #expect(remote?.originalTo.written == "away@example.test")
            #expect(remote?.returnPath == nil)
            let postmaster = try await directory.resolve(.postmaster).expansion?.localCopies.first
            #expect(postmaster?.originalTo.written == "postmaster@example.test")
        }
    }

    @Test func refusalsHaveTheirCodes() {
        let codes = [Resolution.notOurDomain, .unknownUser, .disabled, .loop, .emptyList, .tooLarge].map {
            $0.refusal?.description ?? ""
        }
        #expect(codes == ["5.7.1", "5.1.1", "5.2.1", "5.4.6", "5.2.4", "5.2.4"])
        #expect(Resolution.deliver(Expansion()).refusal == nil)
    }

    @Test func aServerWithoutAnythingKnowsNobody() async throws {
        try await withDirectory { directory in
            #expect(try await directory.outcome("Postmaster") == "unknownUser")
            #expect(try await directory.outcome("ana@example.test") == "notOurDomain")
            try await directory.addDomain(try domain("example.test"))
            #expect(try await directory.outcome("Postmaster") == "unknownUser")
            #expect(try await directory.outcome("postmaster@example.test") == "unknownUser")
        }
    }

    // MARK: postmaster (RFC 5321 §4.5.1)

    @Test func postmasterIsAnsweredWhateverBecomesOfItsTarget() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            try await directory.addAccount("first@example.test")
            try await directory.addAccount("second@example.test")
            #expect(try await directory.outcome("postmaster@example.test") == "first@example.test")
            try await directory.setPostmaster(ours, to: try address("second@example.test"))
            #expect(try await directory.outcome("postmaster@example.test") == "second@example.test")
            #expect(try await directory.outcome("abuse@example.test") == "second@example.test")
            try await directory.setState(try address("second@example.test"), to: .disabled)
            #expect(
                try await directory.outcome("postmaster@example.test")
                    == "first@example.test; disabled second@example.test")
            try await directory.setPostmaster(ours, to: nil)
            try await directory.setState(try address("first@example.test"), to: .disabled)
            #expect(try await directory.outcome("postmaster@example.test") == "first@example.test")
            try await directory.addAccount("postmaster@example.test")
            #expect(try await directory.outcome("postmaster@example.test") == "postmaster@example.test")
            #expect(try await directory.outcome("abuse@example.test") == "postmaster@example.test")
            try await directory.setState(try address("postmaster@example.test"), to: .disabled)
            #expect(
                try await directory.outcome("postmaster@example.test")
                    == "first@example.test; disabled postmaster@example.test")
        }
    }

    @Test func aPostmasterThatLoopsIsRescued() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("postmaster@example.test", "help@example.test", check: .nothing)
            try await directory.addAlias("help@example.test", "postmaster@example.test", check: .nothing)
            #expect(
                try await directory.outcome("postmaster@example.test")
                    == "ana@example.test; loop postmaster@example.test")
            #expect(try await directory.outcome("help@example.test") == "loop")
        }
    }

    @Test func postmasterMayBeElsewhere() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"), postmaster: try address("me@elsewhere.example"))
            #expect(try await directory.outcome("postmaster@example.test") == "me@elsewhere.example alias")
            #expect(try await directory.outcome("Postmaster") == "me@elsewhere.example alias")
        }
    }

    // MARK: catch-all

    @Test func aCatchAllThatLeadsNowhereEnds() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("a@example.test", "b@example.test", "ana@example.test", check: .nothing)
            try await directory.setCatchAll(ours, to: try address("a@example.test"))
            #expect(try await directory.outcome("whoever@example.test") == "ana@example.test; loop b@example.test")
            try await directory.removeTargets(
                [try address("ana@example.test")], fromAlias: try address("a@example.test"))
            #expect(try await directory.outcome("whoever@example.test") == "loop")
            try await directory.setCatchAll(ours, to: try address("ana@example.test"))
            #expect(try await directory.outcome("whoever@example.test") == "ana@example.test")
            try await directory.removeAccount(try address("ana@example.test"))
            #expect(try await directory.outcome("whoever@example.test") == "unknownUser")
            try await directory.setCatchAll(ours, to: try address("me@elsewhere.example"))
            #expect(try await directory.outcome("whoever@example.test") == "me@elsewhere.example alias")
            try await directory.setCatchAll(ours, to: nil)
            #expect(try await directory.outcome("whoever@example.test") == "unknownUser")
        }
    }
}
