import Delivery
import Directory
import FoundationEssentials
import ServiceLifecycle
import Storage
import Testing

@testable import Admin

/// A store with a domain, in a folder that is gone after the test.
final class AdminFixture {
    let folder: String
    let store: Store
    let service: AdminService

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/pal-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try MailSystemStore.open(folder + "/data").store
        let directory = MailSystemStore.directory(in: store, now: DirectoryClock.system.wallSeconds)
        service = AdminService(store: store, directory: directory)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @discardableResult
    func perform(_ request: AdminRequest) async throws -> AdminResult { try await service.perform(request) { _ in } }

    func addAccount(_ address: String, _ password: String? = "correct horse") async throws -> AccountReport {
        let result = try await perform(
            .accountAdd(
                address: address, name: "Ana", quotaBytes: 0, role: .user, password: password.map(AdminSecret.init)))
        guard case .accounts(let reports) = result else { throw AdminFailure("another result") }
        return reports[0]
    }

    func write(_ text: String, to name: String) -> String {
        let path = "\(folder)/\(name)"
        _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
        return path
    }
}

/// `paloma account app-password …`, `sessions`, `totp`, and the welcome.
@Suite struct AdminCredentialTests {
    @Test func appPasswordsAreMadeListedAndRemoved() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        _ = try await fixture.addAccount("ana@example.test")
        let ana = "ana@example.test"
        guard case .appPasswords(let made) = try await fixture.perform(.appPasswordAdd(account: ana, name: "phone")),
            let password = made.first?.password, let id = made.first?.summary.id
        else {
            Issue.record("none is made")
            return
        }
        let directory = Directory(store: fixture.store)
        #expect(await directory.verify(user: ana, password: Password(password.text)) != .refused)
        guard case .appPasswords(let listed) = try await fixture.perform(.appPasswordList(account: ana)) else { return }
        #expect(listed.map(\.summary.name) == ["phone"])
        #expect(listed.first?.password == nil)
        try await fixture.perform(.appPasswordRemove(account: ana, id: id))
        await #expect(throws: AdminFailure.self) {
            try await fixture.perform(.appPasswordRemove(account: ana, id: id))
        }
        await #expect(throws: AdminFailure.self) {
            try await fixture.perform(.appPasswordAdd(account: "nobody@example.test", name: "x"))
        }
        guard case .ended(0) = try await fixture.perform(.secondFactorOff(account: ana)),
            case .ended(0) = try await fixture.perform(.sessionsEnd(account: ana))
        else {
            Issue.record("there was nothing to end")
            return
        }
    }

    @Test(arguments: AdminLanguage.allCases) func aNewAccountIsWelcomed(_ language: AdminLanguage) async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        let result = try await fixture.perform(
            .accountAdd(
                address: "ana@example.test", name: "Ana", quotaBytes: 0, role: .user, password: nil, welcome: language))
        guard case .accounts(let reports) = result else { return }
        #expect(reports.first?.account.language == language.rawValue)
        guard case .mailboxes(let mailboxes) = try await fixture.perform(.mailboxList(account: "ana@example.test"))
        else { return }
        #expect(mailboxes.first { $0.name == "INBOX" }?.messages == 1)
    }
}

/// `paloma mailbox …` on the store.
@Suite struct AdminMailboxTests {
    private static func mailboxes(_ result: AdminResult) throws -> [MailboxReport] {
        guard case .mailboxes(let reports) = result else { throw AdminFailure("another result") }
        return reports
    }

    @Test func mailboxesAreMadeSharedAndDeleted() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        for name in ["office", "bob"] { _ = try await fixture.addAccount("\(name)@example.test") }
        let office = "office@example.test"
        func perform(_ request: AdminRequest) async throws -> [MailboxReport] {
            try Self.mailboxes(try await fixture.perform(request))
        }
        let made = try await perform(.mailboxCreate(account: office, name: "2026/May"))
        #expect(made.map(\.nameForOthers) == ["Users/office@example.test/2026/May"])
        let team = try await perform(.mailboxOwner(account: office, kind: .team))
        #expect(team.map(\.name).contains("2026"))
        let shared = try await perform(
            .mailboxShare(account: office, name: "2026/May", with: "bob@example.test", rights: "lrs"))
        #expect(shared.map(\.nameForOthers) == ["Shared/office@example.test/2026/May"])
        #expect(shared[0].sharedWith.map(\.party) == ["bob@example.test"])
        #expect(shared[0].sharedWith.map(\.rights) == ["lrs"])
        _ = try await perform(.mailboxRename(account: office, name: "2026", to: "Old"))
        _ = try await perform(.mailboxShare(account: office, name: nil, with: "@example.test", rights: "lr"))
        let rights = try await perform(.mailboxRights(account: office, name: "Old/May"))
        #expect(rights[0].sharedWith.map(\.party) == ["@example.test", "bob@example.test"])
        _ = try await perform(.mailboxShare(account: office, name: nil, with: "@example.test", rights: ""))
        try await fixture.perform(.mailboxDelete(account: office, name: "Old"))
        let left = try await perform(.mailboxList(account: office))
        #expect(left.filter { !$0.sharedWith.isEmpty }.map(\.name) == ["Old/May"])
        #expect(!left.map(\.name).contains("Old"))
        await fixture.store.close()
    }

    static let refused: [(AdminRequest, String)] = [
        (.mailboxShare(account: "ana@example.test", name: "None", with: "anyone", rights: "l"), "no mailbox"),
        (.mailboxShare(account: "ana@example.test", name: "INBOX", with: "nobody", rights: "l"), "nobody here"),
        (.mailboxShare(account: "ana@example.test", name: "INBOX", with: "anyone", rights: "q"), "no rights"),
        (.mailboxCreate(account: "ana@example.test", name: "Shared"), "others share"),
        (.mailboxDelete(account: "ana@example.test", name: "INBOX"), "INBOX"),
        (.mailboxList(account: "nobody@example.test"), "nobody@example.test"),
    ]

    @Test(arguments: 0..<refused.count) func whatIsRefused(_ number: Int) async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        _ = try await fixture.addAccount("ana@example.test")
        let (request, words) = Self.refused[number]
        await #expect {
            try await fixture.perform(request)
        } throws: { error in
            "\(error)".contains(words)
        }
        await fixture.store.close()
    }
}

@Suite struct AdminServiceTests {
    @Test func accountsAreMadeShownAndRemoved() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        let report = try await fixture.addAccount("ana@example.test", nil)
        let generated = try #require(report.generatedPassword)
        #expect(generated.text.count > 15)
        #expect(!"\(report)".contains(generated.text))
        guard case .accounts(let all) = try await fixture.perform(.accountList(domain: nil)) else { return }
        #expect(all.map(\.account.address) == ["ana@example.test"])
        #expect(all[0].generatedPassword == nil)
        guard case .removal = try await fixture.perform(.accountRemove(address: "ana@example.test")) else {
            Issue.record("another result")
            return
        }
        await fixture.store.close()
    }

    @Test func mistakesSayWhatToDo() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        let cases: [(AdminRequest, String)] = [
            (.accountShow(address: "no address"), "no mail address"),
            (.domainAdd(name: "a b", postmaster: nil), "no domain"),
            (.accountShow(address: "x@example.test"), "there is no account"),
            (.accountPassword(address: "x@example.test", password: nil), "there is no account"),
            (.queueShow(id: "?"), "no queue id"), (.queueShow(id: "00000001"), "in the queue"),
            (.aliasAdd(address: "a@other.test", targets: ["b@c.test"]), "not a domain of this server"),
            (.importMbox(account: "x@example.test", path: "/nowhere", mailbox: "INBOX"), "there is no account"),
        ]
        for (request, words) in cases {
            let failure = await #expect(throws: AdminFailure.self) { try await fixture.perform(request) }
            #expect(failure?.problem.contains(words) == true, "\(String(describing: failure))")
            #expect(failure?.problem.contains(";") == false)
        }
        await fixture.store.close()
    }

    @Test func aliasesGrowAndShrink() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        _ = try await fixture.addAccount("ana@example.test")
        try await fixture.perform(.aliasAdd(address: "info@example.test", targets: ["ana@example.test"]))
        let grown = try await fixture.perform(.aliasAdd(address: "info@example.test", targets: ["b@other.test"]))
        guard case .aliases(let aliases) = grown else { return }
        #expect(aliases[0].targets == ["ana@example.test", "b@other.test"])
        let shrunk = try await fixture.perform(
            .aliasRemove(address: "info@example.test", targets: ["ana@example.test"]))
        guard case .aliases(let rest) = shrunk else { return }
        #expect(rest[0].targets == ["b@other.test"])
        await fixture.store.close()
    }

    @Test func whatIsImportedIsExported() async throws {
        let fixture = try AdminFixture()
        try await fixture.perform(.domainAdd(name: "example.test", postmaster: nil))
        _ = try await fixture.addAccount("ana@example.test")
        let line = "From x@y.test Fri Jun  4 12:34:56 2021\n"
        let box = line + "Status: RO\nSubject: 1\n\n>From here\n\n" + line + "Status: O\nSubject: 2\n\ntwo\n\n"
        let path = fixture.write(box, to: "in.mbox")
        let imported = try await fixture.perform(
            .importMbox(account: "ana@example.test", path: path, mailbox: "Archive/Old"))
        guard case .transfer(let report) = imported else { return }
        #expect(report.messages == 2)
        let out = "\(fixture.folder)/out.mbox"
        try await fixture.perform(.exportMbox(account: "ana@example.test", path: out, mailbox: "archive/old"))
        let written = FileManager.default.contents(atPath: out).map { String(decoding: $0, as: UTF8.self) }
        #expect(written == box.replacing("x@y.test", with: "MAILER-DAEMON"))
        let maildir = "\(fixture.folder)/maildir"
        try await fixture.perform(.exportMaildir(account: "ana@example.test", path: maildir))
        _ = try await fixture.addAccount("luis@example.test")
        guard
            case .transfer(let second) = try await fixture.perform(
                .importMaildir(account: "luis@example.test", path: maildir))
        else { return }
        #expect(second.messages == 2)
        #expect(second.bytes == report.bytes)
        await #expect(throws: AdminFailure.self) {
            try await fixture.perform(.exportMaildir(account: "ana@example.test", path: maildir))
        }
        guard case .findings(let findings) = try await fixture.perform(.check(repair: false)) else { return }
        #expect(findings.isEmpty)
        await fixture.store.close()
    }

    @Test func secretsAreNeverShown() throws {
        let secret = AdminSecret("hush-hush")
        var dumped = ""
        dump(AdminRequest.accountPassword(address: "a@b", password: secret), to: &dumped)
        #expect(!dumped.contains("hush"))
        #expect(!"\(secret) \(String(reflecting: secret))".contains("hush"))
    }
}

@Suite struct AdminSocketTests {
    /// Runs blocking work of the client beside the server.
    private func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await Task.detached { try body() }.value
    }

    private func isAnswered(_ path: String) -> Bool {
        guard let client = AdminClient(socketPath: path) else { return false }
        _ = consume client
        return true
    }

    @Test func commandsGoThroughTheSocket() async throws {
        let fixture = try AdminFixture()
        let path = "\(fixture.folder)/data/control.sock"
        #expect(!isAnswered(path))
        let server = AdminServer(socketPath: path, service: fixture.service)
        try server.start()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let problem = try await blocking { () -> String in
                guard let client = AdminClient(socketPath: path) else { return "no client" }
                _ = try client.perform(.domainAdd(name: "example.test", postmaster: nil)) { _ in }
                guard case .domains(let domains) = try client.perform(.domainList, report: { _ in }) else { return "" }
                #expect(domains.map(\.name) == ["example.test"])
                do {
                    _ = try client.perform(.domainAdd(name: "example.test", postmaster: nil)) { _ in }
                    return ""
                } catch let failure as AdminFailure {
                    return failure.problem
                }
            }
            #expect(problem == "example.test is already a domain of this server")
            let refused = try await blocking { () -> Bool in
                guard let socket = AdminSocket.connect(path: path) else { return false }
                guard socket.send([0, 0, 0, 2, 0x7b, 0x7d]), let json = socket.receive() else { return false }
                guard case .failed = try AdminFrame.decoded(AdminAnswer.self, json) else { return false }
                return socket.receive() == nil
            }
            #expect(refused)
            let dropped = try await blocking { () -> Bool in
                guard let socket = AdminSocket.connect(path: path) else { return false }
                return socket.send([0xff, 0xff, 0xff, 0xff]) && socket.receive() == nil
            }
            #expect(dropped)
            group.cancelAll()
        }
        #expect(!isAnswered(path))
        #expect(!FileManager.default.fileExists(atPath: path))
        await fixture.store.close()
    }
}
