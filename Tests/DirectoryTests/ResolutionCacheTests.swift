import MailCore
import Testing

@testable import Directory

@Suite struct ResolutionCacheTests {
    private func path(_ number: Int) throws -> ForwardPath {
        .address(try address("user\(number)@example.test"))
    }

    @Test func whatWasReadBeforeAChangeIsNotKept() throws {
        let cache = ResolutionCache(weightMax: 10)
        let before = cache.generation
        cache.invalidate()
        cache.keep(.unknownUser, for: try path(1), of: before)
        #expect(cache.resolution(try path(1)) == nil)
        cache.keep(.unknownUser, for: try path(1), of: cache.generation)
        #expect(cache.resolution(try path(1)) == .unknownUser)
        cache.invalidate()
        #expect(cache.resolution(try path(1)) == nil)
    }

    @Test func itIsBoundedAndKeepsWhatIsUsed() throws {
        let cache = ResolutionCache(weightMax: 100)
        cache.keep(.disabled, for: try path(0), of: cache.generation)
        for number in 1...1_000 {
            cache.keep(.unknownUser, for: try path(number), of: cache.generation)
            #expect(cache.resolution(try path(0)) == .disabled)
        }
        let kept = try (1...1_000).filter { cache.resolution(try path($0)) != nil }
        #expect(kept.count <= 100)
        #expect(kept.contains(1_000))
    }

    @Test func aLargeExpansionWeighsWhatItHolds() throws {
        let cache = ResolutionCache(weightMax: 100)
        var expansion = Expansion()
        for number in 0..<60 { expansion.problems.append(.loop(try address("x\(number)@example.test"))) }
        cache.keep(.deliver(expansion), for: try path(1), of: cache.generation)
        #expect(cache.resolution(try path(1)) == nil)
        expansion.problems.removeLast(20)
        cache.keep(.unknownUser, for: try path(2), of: cache.generation)
        cache.keep(.deliver(expansion), for: try path(1), of: cache.generation)
        #expect(cache.resolution(try path(1)) != nil)
        #expect(cache.resolution(try path(2)) != nil)
    }

    @Test func everyChangeIsSeenAtOnce() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            #expect(try await directory.outcome("ana@example.test") == "notOurDomain")
            try await directory.addDomain(ours)
            #expect(try await directory.outcome("ana@example.test") == "unknownUser")
            try await directory.addAccount("ana@example.test")
            #expect(try await directory.outcome("ana@example.test") == "ana@example.test")
            #expect(try await directory.outcome("x@example.test") == "unknownUser")
            try await directory.addAlias("x@example.test", "ana@example.test")
            #expect(try await directory.outcome("x@example.test") == "ana@example.test")
            try await directory.addTargets([try address("r@elsewhere.example")], toAlias: try address("x@example.test"))
            #expect(try await directory.outcome("x@example.test") == "ana@example.test, r@elsewhere.example alias")
            try await directory.setState(try address("ana@example.test"), to: .disabled)
            #expect(
                try await directory.outcome("x@example.test")
                    == "r@elsewhere.example alias; disabled ana@example.test")
            try await directory.setState(try address("ana@example.test"), to: .enabled)
            try await directory.renameAccount(try address("ana@example.test"), to: try address("eva@example.test"))
            #expect(try await directory.outcome("x@example.test") == "eva@example.test, r@elsewhere.example alias")
            try await directory.removeAlias(try address("x@example.test"))
            #expect(try await directory.outcome("x@example.test") == "unknownUser")
            try await directory.setCatchAll(ours, to: try address("eva@example.test"))
            #expect(try await directory.outcome("x@example.test") == "eva@example.test")
            try await directory.removeDomain(ours, .withAddresses)
            #expect(try await directory.outcome("x@example.test") == "notOurDomain")
        }
    }

    /// Readers never see a state older than a change that has returned.
    @Test func concurrentReadersSeeWhatIsDone() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccountsWithoutPassword((0..<20).map { "user\($0)@example.test" })
            let list = NewList(address: try address("list@example.test"))
            try await directory.addList(list)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reader in 0..<8 {
                    group.addTask {
                        for round in 0..<200 {
                            let outcome = try await directory.resolve("user\((reader + round) % 20)@example.test")
                            #expect(outcome.expansion?.localCopies.count == 1)
                        }
                    }
                }
                group.addTask {
                    for number in 0..<20 {
                        try await directory.addMembers(
                            [try address("user\(number)@example.test")], toList: list.address)
                        let seen = try await directory.resolve(.address(list.address)).expansion?.localCopies.count
                        #expect(seen == number + 1)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
