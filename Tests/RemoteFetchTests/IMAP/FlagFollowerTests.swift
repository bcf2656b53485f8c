import AgentTestSupport
import Delivery
import Directory
import MailCore
import MailStore
import NIOCore
import RemoteAccounts
import SASL
import Storage
import Testing

@testable import RemoteFetch

/// Flags follow those there where nobody has touched them here.
struct FlagFollowerTests {
    private static let settings = RemoteSettings(
        service: .imap, host: "127.0.0.1", port: 1, tls: .none, userName: "ana", pollSeconds: 0)

    private func file(_ key: String, _ flags: [String], _ remote: RemoteAccount, in test: TestStore) async throws {
        let text = "Message-ID: <\(key)@b>\r\n\r\nbody \(key)\r\n"
        let fetched = try await test.delivery.prepareFetched(MessageBody(ByteBuffer(string: text)))
        let told = RemoteFlags(flags)
        let fetching = Delivery.Fetching(
            copy: NewCopy(
                account: remote.account, mailbox: .inbox, flags: told.system, keywords: told.keywords,
                internalDate: TestStore.now, saveDate: TestStore.now),
            quotaBytes: 0,
            retrieval: Retrieval(
                account: remote.account, remote: remote.remote, folder: 4, key: Array(key.utf8),
                fingerprint: fetched.fingerprint, at: TestStore.now),
            arrival: Arrival(.fetch, peer: "there"), seconds: TestStore.now)
        _ = try await test.delivery.file(fetched, fetching) { _ in true }
    }

    private func flags(_ remote: RemoteAccount, in test: TestStore) async throws -> [String] {
        try await test.store.read { transaction in
            var flags: [String] = []
            let key = MailboxKey(account: remote.account, mailbox: .inbox)
            try MailStore.rows(of: UIDSet(ranges: [1...100]), in: key, [], transaction) { row in
                flags.append("\(row.uid.rawValue): \(row.flags.rawValue) \(row.keywords.joined(separator: " "))")
            }
            return flags
        }
    }

    @Test func follows() async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            let remote = try await RemoteAccounts(store: test.store).add(
                "there", Self.settings, secret: SecretBytes("secret".utf8), to: account)
            for key in ["a", "b", "c"] { try await file(key, key == "b" ? ["$Work"] : [], remote, in: test) }
            let parts = FetchParts(
                store: test.store, accounts: RemoteAccounts(store: test.store), delivery: test.delivery,
                limits: FetchLimits(), metrics: FetchMetrics(), now: { TestStore.now })
            let folder = RemoteAccounts.Folder(number: 4, mailbox: .inbox, uidValidity: 1)
            let follower = FlagFollower(remote, folder, parts)
            func follow(_ told: [(String, [String])]) async throws {
                try await follower.follow(
                    told.map { FlagFollower.Told(key: Array($0.utf8), flags: RemoteFlags($1)) })
            }
            let (seen, flagged) = (SystemFlags.seen.rawValue, SystemFlags.flagged.rawValue)
            try await follow([
                ("a", ["\\Seen", "\\Recent"]), ("b", ["$work"]), ("c", ["\\Deleted"]), ("x", ["\\Seen"]),
            ])
            #expect(try await flags(remote, in: test) == ["1: \(seen) ", "2: 0 $Work", "3: 0 "])
            try await follow([("a", ["\\Flagged", "$Later"]), ("b", [])])
            #expect(try await flags(remote, in: test) == ["1: \(flagged) $Later", "2: 0 ", "3: 0 "])
            // From here on `c` is the user's.
            let inbox = MailboxKey(account: account, mailbox: .inbox)
            let mail = MailStore(store: test.store)
            for change in [FlagChange(.add, .seen), FlagChange(.remove, .seen)] {
                _ = try await mail.setFlags(change, of: UIDSet(ranges: [3...3]), in: inbox)
            }
            try await follow([("c", ["\\Flagged"]), ("a", [])])
            #expect(try await flags(remote, in: test) == ["1: 0 ", "2: 0 ", "3: 0 "])
            #expect(try await test.complaints().isEmpty)
        }
    }

    @Test func spellings() {
        let flags = RemoteFlags(["\\SEEN", "\\Recent", "$Junk", "$junk", "\\*", "a"])
        #expect(flags.system == .seen && flags.keywords.map(\.text) == ["$Junk", "a"])
        #expect(RemoteFlags((0..<500).map { "k\($0)" }).keywords.count == 100)
    }
}
