import Testing

@testable import ServerRuntime

@Suite struct WorkPoolTests {
    private struct Broken: Error {}

    @Test func runsAndThrows() async throws {
        let pool = WorkPool(name: "hash", threads: 2, queueMax: 10)
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: Broken.self) { try await pool.run { throw Broken() } }
        #expect(pool.pending == 0)
        try await pool.stop()
    }

    @Test func refusesWhenFull() async throws {
        // As if as much were pending as there are threads.
        let pool = WorkPool(name: "hash", threads: 1, queueMax: -1)
        await #expect(throws: WorkPoolFull(pool: "hash")) { try await pool.run {} }
        #expect(pool.pending == 0)
        try await pool.stop()
    }
}

@Suite struct SessionIDTests {
    @Test func areDifferentAndRise() {
        let ids = (0..<100).map { _ in SessionID().description }
        #expect(Set(ids).count == 100)
        #expect(ids == ids.sorted())
        #expect(ids.allSatisfy { $0.utf8.count == 12 })
    }
}

@Suite struct FileDescriptorLimitTests {
    @Test func isRaised() {
        #expect(FileDescriptorLimit.raise() >= 256)
    }
}
