import MailCore
import Testing

@testable import Directory

@Suite struct ResolverLimitTests {
    @Test func loopsAreLeftOutAndReported() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("self@example.test", "self@example.test", check: .nothing)
            try await directory.addAlias("a@example.test", "b@example.test", check: .nothing)
            try await directory.addAlias("b@example.test", "c@example.test", "ana@example.test", check: .nothing)
            try await directory.addAlias("c@example.test", "a@example.test", check: .nothing)
            try await directory.addList("l@example.test", "m@example.test", check: .nothing)
            try await directory.addList("m@example.test", "l@example.test", "m@example.test", check: .nothing)
            #expect(try await directory.outcome("self@example.test") == "loop")
            #expect(try await directory.outcome("a@example.test") == "ana@example.test; loop a@example.test")
            #expect(try await directory.outcome("b@example.test") == "ana@example.test; loop b@example.test")
            #expect(try await directory.outcome("c@example.test") == "ana@example.test; loop c@example.test")
            #expect(try await directory.outcome("l@example.test") == "loop")
            #expect(try await directory.outcome("l+x@example.test") == "loop")
        }
    }

    @Test func aTagDoesNotHideALoop() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAlias("a@example.test", "a+x@example.test", check: .nothing)
            #expect(try await directory.outcome("a@example.test") == "loop")
        }
    }

    /// Two ways to the same list are no loop.
    @Test func diamondsAreNoLoops() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addList("bottom@example.test", "ana@example.test", "r@elsewhere.example")
            try await directory.addList("left@example.test", "bottom@example.test")
            try await directory.addList("right@example.test", "bottom@example.test")
            try await directory.addList("top@example.test", "left@example.test", "right@example.test")
            #expect(
                try await directory.outcome("top@example.test")
                    == "ana@example.test <bottom-bounces@example.test>, "
                    + "r@elsewhere.example list <bottom-bounces@example.test>")
        }
    }

    /// Each of 20 lists names the next one twice, by way of two aliases: two million ways, each list expanded once.
    @Test func manyWaysCostNoMoreThanOne() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addList("l0@example.test", "ana@example.test")
            for number in 1...10 {
                let below = "l\(number - 1)@example.test"
                try await directory.addAlias("x\(number)@example.test", below)
                try await directory.addAlias("y\(number)@example.test", below)
                try await directory.addList(
                    "l\(number)@example.test", "x\(number)@example.test", "y\(number)@example.test")
            }
            #expect(
                try await directory.outcome("l10@example.test") == "ana@example.test <l0-bounces@example.test>")
        }
    }

    @Test func nestingHasALimit() async throws {
        var limits = DirectoryLimits.forTests
        limits.nestingMax = 5
        try await withDirectory(limits: limits) { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("a1@example.test", "ana@example.test")
            for number in 2...6 {
                try await directory.addAlias("a\(number)@example.test", "a\(number - 1)@example.test", check: .nothing)
            }
            #expect(try await directory.outcome("a5@example.test") == "ana@example.test")
            #expect(try await directory.outcome("a6@example.test") == "tooLarge")
        }
    }

    @Test func copiesHaveALimit() async throws {
        var limits = DirectoryLimits.forTests
        limits.copiesMax = 10
        try await withDirectory(limits: limits) { directory in
            try await directory.addDomain(try domain("example.test"))
            let six = try (0..<6).map { try address("r\($0)@elsewhere.example") }
            let others = try (6..<12).map { try address("r\($0)@elsewhere.example") }
            for (name, members) in [("one", six), ("two", others)] {
                var list = NewList(address: try address("\(name)@example.test"))
                list.members = members
                try await directory.addList(list)
            }
            try await directory.addList("both@example.test", "one@example.test", "two@example.test", check: .nothing)
            #expect(try await directory.resolve("one@example.test").expansion?.remoteCopies.count == 6)
            #expect(try await directory.outcome("both@example.test") == "tooLarge")
            let list = try address("one@example.test")
            await #expect(throws: DirectoryError.tooManyTargets(list, limit: 10)) {
                try await directory.addMembers(others, toList: list)
            }
        }
    }

    @Test func aListOfTenThousand() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            let local = (0..<5_000).map { "user\($0)@example.test" }
            try await directory.addAccountsWithoutPassword(local)
            var list = NewList(address: try address("everyone@example.test"))
            list.members = try local.map { try address($0) }
            list.members += try (0..<5_000).map { try address("user\($0)@elsewhere.example") }
            let made = try await directory.addList(list)
            #expect(made.memberCount == 10_000)
            try await directory.addMembers([try address("user7@example.test")], toList: list.address)
            #expect(try await directory.list(list.address).members.count == 10_000)
            let expansion = try await directory.resolve("everyone@example.test").expansion
            #expect(expansion?.localCopies.count == 5_000)
            #expect(expansion?.remoteCopies.count == 5_000)
            #expect(Set(expansion?.localCopies.map(\.account) ?? []).count == 5_000)
            let bounces = ReversePath.address(try address("everyone-bounces@example.test"))
            #expect(expansion?.remoteCopies.allSatisfy { $0.returnPath == bounces && $0.reason == .list } == true)
            #expect(directory.knownResolution(.address(list.address)) != nil)
            try await directory.removeList(list.address)
            #expect(try await directory.outcome("everyone@example.test") == "unknownUser")
        }
    }
}
