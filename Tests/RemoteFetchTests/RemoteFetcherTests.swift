import AgentTestSupport
import Delivery
import Directory
import Foundation
import Logging
import MailCore
import MailStore
import NIOCore
import NIOPosix
import RemoteAccounts
import RemoteLinks
import SASL
import Storage
import Testing

@testable import RemoteFetch

struct RemoteFetcherTests {
    private static let settings = RemoteSettings(
        service: .pop3, host: "127.0.0.1", port: 1, tls: .none, userName: "ana", pollSeconds: 0)

    /// 1, 2, 4 … minutes, six hours at most; never sooner than without failures.
    @Test(arguments: [
        (0, 300, 300), (1, 60, 60), (1, 300, 300), (2, 30, 120), (5, 30, 960), (60, 30, 21_600), (1, 86_400, 21_600),
    ])
    func backsOff(failures: Int64, poll: Int64, seconds: Int64) {
        #expect(RemoteAccount.pauseSeconds(afterFailures: failures, pollSeconds: poll) == seconds)
    }

    /// What went wrong is told, in the state too.
    @Test func nobodyListens() async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            let fetcher = RemoteFetcher(
                store: test.store, directory: test.directory, delivery: test.delivery,
                group: MultiThreadedEventLoopGroup.singleton, now: { TestStore.now },
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let remote = try await fetcher.accounts.add(
                "there", Self.settings, secret: SecretBytes("secret".utf8), to: account)
            await #expect(throws: RemoteFailure.self) {
                try await fetcher.fetchNow(remote, report: FetchReport())
            }
            let state = try await fetcher.accounts.find("there", of: account).state
            #expect(state.failures == 1 && state.lastError.hasPrefix("cannot connect"))
            #expect(state.lastRun == TestStore.now && state.lastSuccess == 0)
        }
    }

    /// Files a message as if it had been fetched under a name.
    private func file(
        _ key: String, _ remote: RemoteAccount, listed: Set<String>, in test: TestStore
    ) async throws -> Delivery.FetchOutcome {
        let text = "Message-ID: <a@b>\r\n\r\nbody\r\n"
        let fetched = try await test.delivery.prepareFetched(MessageBody(ByteBuffer(string: text)))
        let fetching = Delivery.Fetching(
            copy: NewCopy(
                account: remote.account, mailbox: .inbox, internalDate: TestStore.now, saveDate: TestStore.now),
            quotaBytes: 0,
            retrieval: Retrieval(
                account: remote.account, remote: remote.remote, folder: 0, key: Array(key.utf8),
                fingerprint: fetched.fingerprint, at: TestStore.now),
            arrival: Arrival(.fetch, peer: "there"), seconds: TestStore.now)
        return try await test.delivery.file(fetched, fetching) {
            listed.contains(String(decoding: $0, as: UTF8.self))
        }
    }

    private func addRemote(_ test: TestStore) async throws -> RemoteAccount {
        let account = try await test.addAccount("ana@example.test")
        return try await RemoteAccounts(store: test.store).add(
            "there", Self.settings, secret: SecretBytes("secret".utf8), to: account)
    }

    /// A message under a name that is known is not filed again; under another name only while both are listed.
    @Test func knownAgain() async throws {
        try await withTestStore { test in
            let remote = try await addRemote(test)
            func file(_ key: String, listed: Set<String>) async throws -> Delivery.FetchOutcome {
                try await self.file(key, remote, listed: listed, in: test)
            }
            #expect(try await file("1", listed: ["1"]) == .filed(UID(rawValue: 1)))
            #expect(try await file("1", listed: ["1"]) == .known)
            #expect(try await file("2", listed: ["1", "2"]) == .filed(UID(rawValue: 2)))
            #expect(try await file("3", listed: ["3", "4"]) == .renamed)
            #expect(try await file("4", listed: ["3", "4"]) == .renamed)
            #expect(try await file("5", listed: ["3", "4", "5"]) == .filed(UID(rawValue: 3)))
            #expect(try await RemoteAccounts(store: test.store).known(remote, folder: 0).count == 3)
            #expect(try await test.complaints().isEmpty)
        }
    }

    /// The log alone, as after a SIGKILL and after a power cut, brings back both the message and that it was fetched.
    @Test func replayed() async throws {
        let folder = TestFolder()
        let remote = try await opened(folder) { try await addRemote($0) }
        try folder.saveDatabase()
        _ = try await opened(folder) { try await file("1", remote, listed: ["1"], in: $0) }
        try folder.restoreDatabase()
        try await opened(folder) { (test: TestStore) async throws -> Void in
            #expect(try await test.inbox(remote.account).count == 1)
            #expect(try await file("1", remote, listed: ["1"], in: test) == .known)
            #expect(try await test.complaints().isEmpty)
        }
        // A database made anew from the log knows as much.
        try folder.removeDatabase()
        _ = try MailSystemStore.rebuild(folder.path)
        try await opened(folder) { (test: TestStore) async throws -> Void in
            #expect(try await RemoteAccounts(store: test.store).list(remote.account).map(\.name) == ["there"])
            #expect(try await file("1", remote, listed: ["1"], in: test) == .known)
        }
    }

    private func opened<T>(_ folder: TestFolder, _ body: (TestStore) async throws -> T) async throws -> T {
        let test = try TestStore(folder)
        do {
            let value = try await body(test)
            await test.close()
            return value
        } catch {
            await test.close()
            throw error
        }
    }

    /// The header may change, the body may not; without a Message-ID everything counts.
    @Test func fingerprints() {
        func make(_ messageID: String?, _ text: String, header: Int) -> [UInt8] {
            Array(text.utf8).withUnsafeBytes { MessageFingerprint.make(messageID: messageID, $0, header: header) }
        }
        #expect(make("a", "X: 1\r\n\r\nb", header: 8) == make("a", "Y: 22\r\n\r\nb", header: 9))
        #expect(make("a", "X: 1\r\n\r\nb", header: 8) != make("a", "X: 1\r\n\r\nc", header: 8))
        #expect(make("a", "X: 1\r\n\r\nb", header: 8) != make("c", "X: 1\r\n\r\nb", header: 8))
        #expect(make(nil, "X: 1\r\n\r\nb", header: 8) != make(nil, "X: 2\r\n\r\nb", header: 8))
    }

    @Test func secretsAreSealed() throws {
        let folder = TestFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let (box, ana, ben) = (SecretBox(folder: folder.path), AccountID(rawValue: 1), AccountID(rawValue: 2))
        let sealed = try box.seal(SecretBytes("secret".utf8), of: ana, 7)
        #expect(try box.open(sealed, of: ana, 7)?.isEqual(to: SecretBytes("secret".utf8)) == true)
        #expect(try box.seal(SecretBytes("secret".utf8), of: ana, 7) != sealed)
        // In another row, damaged, cut: nothing.
        #expect(try box.open(sealed, of: ben, 7) == nil)
        #expect(try box.open(sealed, of: ana, 8) == nil)
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(try box.open(damaged, of: ana, 7) == nil)
            #expect(try box.open(Array(sealed.prefix(index)), of: ana, 7) == nil)
        }
    }
}
