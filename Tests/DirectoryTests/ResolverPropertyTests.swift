import MailCore
import Testing

@testable import Directory

/// SplitMix64: the same numbers in every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct ResolverPropertyTests {
    /// Whatever points to whatever: it ends, everybody who can be reached gets one copy, and nobody else.
    @Test(arguments: 1...12)
    func randomTangles(seed: UInt64) async throws {
        var random = SeededGenerator(state: seed)
        var graph: [String: [String]] = [:]
        let accounts = (0..<8).map { "user\($0)@example.test" }
        let groups = (0..<25).map { "group\($0)@example.test" }
        let remotes = (0..<4).map { "r\($0)@elsewhere.example" }
        let nobody = ["nobody@example.test"]
        for group in groups {
            let pool = [accounts, groups, groups, remotes, nobody]
            let targets = (0..<Int.random(in: 1...4, using: &random)).compactMap { _ in
                pool.randomElement(using: &random)?.randomElement(using: &random)
            }
            graph[group] = targets
        }
        let lists = Set(groups.filter { _ in Bool.random(using: &random) })
        let tangle = graph
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword(accounts)
            for group in groups {
                let targets = try (tangle[group] ?? []).map { try address($0) }
                if lists.contains(group) {
                    var list = NewList(address: try address(group))
                    list.members = targets
                    try await directory.addList(list, check: .nothing)
                } else {
                    try await directory.addAlias(try address(group), targets: targets, check: .nothing)
                }
            }
            for group in groups {
                let reached = reach(group, in: tangle)
                let outcome = try await directory.resolve(group)
                let local = (outcome.expansion?.localCopies ?? []).map(\.deliveredTo.written)
                let remote = (outcome.expansion?.remoteCopies ?? []).map(\.address.written)
                #expect(local.sorted() == reached.intersection(accounts).sorted())
                #expect(remote.sorted() == reached.intersection(remotes).sorted())
                #expect((outcome.expansion == nil) == reached.intersection(accounts + remotes).isEmpty)
            }
        }
    }

    private func reach(_ start: String, in graph: [String: [String]]) -> Set<String> {
        var seen: Set<String> = []
        var waiting = [start]
        while let next = waiting.popLast() {
            if seen.insert(next).inserted { waiting.append(contentsOf: graph[next] ?? []) }
        }
        return seen
    }

    /// Names as no one should write them: an answer or an error, never a trap, and never a login.
    @Test func oddNamesAreAnswered() async throws {
        var random = SeededGenerator(state: 2)
        let pieces = [
            "ana", "@", "+", ".", "\"", "\\", "example.test", "", " ", "%", "'", "--", "é", "\u{202e}", "\u{0}", "[",
            "]",
            "-bounces", "news", "postmaster", "xn--", "😀", "\r\n", String(repeating: "a", count: 70),
        ]
        let names = (0..<400).map { _ in
            (0..<Int.random(in: 1...6, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
                .joined()
        }
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword(["ana@example.test"])
            try await directory.addList("news@example.test", "ana@example.test")
            for name in names {
                #expect(try await directory.scramCredentials(user: name)?.account == nil)
                if let address = EmailAddress(name) { _ = try await directory.resolve(.address(address)) }
                if let address = EmailAddress(name + "@example.test") {
                    _ = try await directory.resolve(.address(address))
                }
            }
        }
    }
}
