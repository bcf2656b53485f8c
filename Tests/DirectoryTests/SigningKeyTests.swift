import MailCore
import SenderAuthentication
import Storage
import Testing

@testable import Directory

@Suite struct SigningKeyTests {
    @Test func aDomainGetsItsKeysOnce() async throws {
        let clock = TestClock()
        clock.advance(bySeconds: 1_795_219_200 - 1000)
        try await withDirectory(clock: clock.clock) { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            async let one = directory.signingKeys(for: ours)
            async let other = directory.signingKeys(for: ours)
            let keys = try await one
            #expect(keys.map(\.selector.text) == ["rsa-20261121", "ed-20261121"])
            #expect(keys.map(\.privateKey.algorithm) == [.rsaSHA256, .ed25519SHA256])
            #expect(try await other.map(\.recordText) == keys.map(\.recordText))
            #expect(try await directory.signingKeys(for: ours).map(\.recordText) == keys.map(\.recordText))
            #expect(directory.signing.keys(of: ours)?.count == 2)
            // Another change makes what is kept void, not what is stored.
            try await directory.addAccount("ana@example.test")
            #expect(directory.signing.keys(of: ours) == nil)
            #expect(try await directory.signingKeys(for: ours).map(\.recordText) == keys.map(\.recordText))
            let summaries = try await directory.signingKeySummaries(of: ours)
            #expect(summaries.map(\.recordName).first == "rsa-20261121._domainkey.example.test")
            #expect(summaries.map(\.recordText) == keys.map(\.recordText))
        }
    }

    @Test func othersHaveNone() async throws {
        try await withDirectory { directory in
            let other = try domain("other.test")
            #expect(try await directory.signingKeys(for: other).isEmpty)
            await #expect(throws: DirectoryError.unknownDomain(other)) {
                try await directory.signingKeySummaries(of: other)
            }
            await #expect(throws: DirectoryError.unknownDomain(other)) {
                try await directory.rotateSigningKeys(of: other)
            }
        }
    }

    @Test func keysChangeInTwoSteps() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            let old = try await directory.signingKeys(for: ours).map(\.selector)
            await #expect(throws: DirectoryError.noRotation(ours)) {
                try await directory.activateSigningKeys(of: ours)
            }
            let waiting = try await directory.rotateSigningKeys(of: ours)
            #expect(waiting.map(\.state) == [.active, .active, .next, .next])
            #expect(Set(waiting.map(\.selector)).count == 4)
            #expect(try await directory.signingKeys(for: ours).map(\.selector) == old)
            await #expect(throws: DirectoryError.rotationUnderWay(ours)) {
                try await directory.rotateSigningKeys(of: ours)
            }
            let changed = try await directory.activateSigningKeys(of: ours)
            #expect(changed.map(\.state) == [.retired, .retired, .active, .active])
            #expect(
                try await directory.signingKeys(for: ours).map(\.selector.text) == changed[2...].map(\.selector))
            _ = try await directory.rotateSigningKeys(of: ours)
            #expect(
                try await directory.activateSigningKeys(of: ours).map(\.state)
                    == [.retired, .retired, .active, .active])
        }
    }

    @Test func theyGoWithTheDomain() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            _ = try await directory.signingKeys(for: ours)
            try await directory.removeDomain(ours)
            #expect(try await directory.signingKeys(for: ours).isEmpty)
            let left = try await directory.store.read { transaction in
                try transaction.first("SELECT COUNT(*) FROM signing_key") { $0.integer(0) }
            }
            #expect(left == 0)
        }
    }

    /// A store from before there were keys gets the table, and each domain its keys when they are needed.
    @Test func olderStoresAreLedHere() async throws {
        let folder = DirectoryFolder()
        let ours = try domain("example.test")
        let old = SchemaPart(name: "directory", versions: Array(Directory.schema.versions.prefix(1)))
        let before = try Store.open(folder: folder.path, parts: [old], describing: DirectoryFolder.describing).store
        _ = try await before.change { transaction in
            try transaction.run("INSERT INTO domain VALUES (1, 'example.test', NULL, NULL, '+', 0)")
        }
        await before.close()
        let store = try folder.open()
        let directory = Directory(store: store, limits: .forTests)
        #expect(try await directory.signingKeys(for: ours).count == 2)
        await store.close()
    }

    @Test func nobodySeesThem() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            let keys = try await directory.signingKeys(for: ours)
            var shown = "\(keys) \(try await directory.signingKeySummaries(of: ours))"
            dump(keys, to: &shown)
            for key in keys {
                let lines = key.privateKey.pem.split(separator: "\n").dropFirst().dropLast()
                for line in lines where line.count > 20 { #expect(!shown.contains(line)) }
            }
        }
    }
}

@Suite struct UTCDayTests {
    @Test(arguments: [
        (0, "19700101"), (86_399, "19700101"), (951_782_400, "20000229"), (1_795_219_200, "20261121"),
        (4_107_542_400, "21000301"), (-5, "19700101"),
    ])
    func days(_ seconds: Int64, _ digits: String) {
        #expect(UTCDay(seconds: seconds).digits == digits)
    }
}
