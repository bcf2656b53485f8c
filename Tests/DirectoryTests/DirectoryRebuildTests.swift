import MailCore
import Storage
import Testing

@testable import Directory

/// A lost database comes back from the message log (docs/store-format.md) with every row of the directory.
@Suite struct DirectoryRebuildTests {
    @Test func everyRowComesBack() async throws {
        let folder = DirectoryFolder()
        let store = try folder.open()
        try await change(Directory(store: store, limits: .forTests))
        let before = try await rows(store)
        await store.close()
        var rebuild = try StoreRebuild(
            folder: folder.path, parts: [Directory.schema], describing: DirectoryFolder.describing)
        #expect(try rebuild.run().problems == [])
        let again = try folder.open()
        #expect(try await rows(again) == before)
        let directory = Directory(store: again, limits: .forTests)
        #expect(await directory.verify(user: "eva", password: Password("another password")) != .refused)
        let number = try await directory.addAccount("new@example.test").id
        #expect(number == 4)
        await again.close()
    }

    /// Every kind of change.
    private func change(_ directory: Directory) async throws {
        let ours = try domain("example.test")
        try await directory.addDomain(ours)
        try await directory.addDomain(try domain("other.test"))
        try await directory.addDomain(try domain("gone.test"))
        for text in ["ana@example.test", "bob@example.test", "x@gone.test"] { try await directory.addAccount(text) }
        let ana = try address("ana@example.test")
        let bob = try address("bob@example.test")
        try await directory.addAlias("sales@example.test", "ana@example.test", "bob@example.test", "x@gone.test")
        try await directory.addAlias("tag@example.test", "ana+tag@example.test")
        try await directory.addAlias("away@example.test", "x@gone.test")
        try await directory.addList("news@example.test", "ana@example.test", "x@gone.test", owner: "ana@example.test")
        try await directory.addList("old@example.test", "ana@example.test")
        try await directory.setCatchAll(ours, to: ana)
        try await directory.setPostmaster(ours, to: bob)
        try await directory.setSubaddressSeparator(ours, to: "-")
        try await directory.setSubaddressSeparator(ours, to: "+")
        try await directory.setQuota(ana, toBytes: 5)
        try await directory.setRole(ana, to: .administrator)
        try await directory.setProfile(ana, name: "Ana", language: "es")
        try await directory.setPassword(ana, to: Password("another password"))
        try await directory.setState(bob, to: .disabled)
        try await directory.removeTargets([bob], fromAlias: try address("sales@example.test"))
        try await directory.addMembers([bob], toList: try address("news@example.test"))
        try await directory.removeMembers([bob], fromList: try address("news@example.test"))
        try await directory.setList(
            try address("news@example.test"), name: "News", owner: ana, reports: .toSender)
        try await directory.renameAccount(ana, to: try address("eva@example.test"))
        try await directory.removeList(try address("old@example.test"))
        for name in ["example.test", "other.test", "gone.test"] {
            _ = try await directory.signingKeys(for: try domain(name))
        }
        _ = try await directory.rotateSigningKeys(of: ours)
        let account = try await directory.account(try address("eva@example.test")).accountID
        let gone = try await directory.addAppPassword(named: "old phone", to: account)
        _ = try await directory.addAppPassword(named: "phone", to: account)
        try await directory.removeAppPassword(gone.summary.id, of: account)
        _ = try await directory.beginSecondFactor(
            of: AuthenticatedAccount(id: account, address: try address("eva@example.test")))
        _ = try await directory.activateSigningKeys(of: ours)
        _ = try await directory.resolve("SRS0=a=b=c.test=d@example.test")
        try await directory.removeDomain(try domain("gone.test"), .withAddresses)
    }

    private func rows(_ store: Store) async throws -> [String] {
        try await store.read { transaction in
            var rows: [String] = []
            func add(_ table: String, _ row: SQLRow) {
                let columns = (0..<row.count).map { "\(row.name($0))=\(row.value($0))" }
                rows.append("\(table): \(columns.joined(separator: " "))")
            }
            try transaction.query("SELECT * FROM directory_counter ORDER BY name") { add("counter", $0) }
            try transaction.query("SELECT * FROM directory_setting ORDER BY name") { add("setting", $0) }
            try transaction.query("SELECT * FROM domain ORDER BY id") { add("domain", $0) }
            try transaction.query("SELECT * FROM account ORDER BY id") { add("account", $0) }
            try transaction.query("SELECT * FROM alias ORDER BY id") { add("alias", $0) }
            try transaction.query("SELECT * FROM mailing_list ORDER BY id") { add("list", $0) }
            try transaction.query("SELECT * FROM address_target ORDER BY id") { add("target", $0) }
            try transaction.query("SELECT * FROM address ORDER BY lookup_key") { add("address", $0) }
            try transaction.query("SELECT * FROM signing_key ORDER BY id") { add("signing key", $0) }
            return rows
        }
    }
}
