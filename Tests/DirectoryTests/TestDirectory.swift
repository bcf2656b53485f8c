import Foundation
import MailCore
import Storage
import Synchronization

@testable import Directory

/// A data folder of its own for a test, gone with it.
final class DirectoryFolder: Sendable {
    let path = NSTemporaryDirectory() + "paloma-directory-" + UUID().uuidString

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// No messages here.
    static let describing = LogDescribing(
        replay: { _, _, _, _ in }, describe: { _, _ in throw StorageError(.misuse, "no messages here") },
        restate: { note, _ in [note] }, salvageMailboxes: { _, _ in }, numbers: { _, _ in },
        reserve: { _, _ in }, isTaken: { _, _ in false }, apply: { _, _ in },
        discard: { _, _ in }, reread: { _, _, _ in }, recount: { _, _ in })

    func open() throws -> Store {
        try Store.open(folder: path, parts: [Directory.schema], describing: Self.describing).store
    }
}

/// A store of its own for a test, closed and removed with it.
func withDirectory(
    limits: DirectoryLimits = .forTests, hooks: Directory.Hooks = Directory.Hooks(),
    clock: DirectoryClock = .system, _ body: (Directory) async throws -> Void
) async throws {
    let folder = DirectoryFolder()
    let store = try folder.open()
    let directory = Directory(store: store, hooks: hooks, limits: limits, clock: clock)
    do {
        try await body(directory)
    } catch {
        await store.close()
        throw error
    }
    await store.close()
}

extension DirectoryLimits {
    static var forTests: DirectoryLimits {
        var limits = DirectoryLimits(cores: 2)
        limits.scramIterations = 4096
        return limits
    }
}

/// What stands in tests as a literal.
struct NotAnAddress: Error {
    var text: String
}

func address(_ text: String) throws -> EmailAddress {
    guard let address = EmailAddress(text) else { throw NotAnAddress(text: text) }
    return address
}

func addresses(_ texts: String...) throws -> [EmailAddress] {
    try texts.map(address)
}

func domain(_ text: String) throws -> Domain {
    guard let domain = Domain(text) else { throw NotAnAddress(text: text) }
    return domain
}

extension Directory {
    static let testPassword = Password("correct horse battery")

    @discardableResult
    func addAccount(_ text: String, role: AccountRole = .user) async throws -> AccountSummary {
        var account = NewAccount(address: try address(text))
        account.role = role
        return try await addAccount(account, password: Self.testPassword)
    }

    /// Accounts that nobody will log in to: without the cost of a hash.
    func addAccountsWithoutPassword(_ texts: [String]) async throws {
        try await change { transaction in
            for text in texts {
                let address = try address(text)
                let domain = try transaction.requireDomain(address.domain)
                let id = try transaction.allocate(.account)
                try transaction.enter(address, in: domain, kind: .account, object: id)
                try transaction.run(
                    "INSERT INTO account VALUES (?1, ?2, '', '', '', 0, 0, 0, '', 0)", .integer(id), .text(text))
            }
        }
    }

    func addAlias(_ text: String, _ targets: String..., check: TargetCheck = .reachable) async throws {
        try await addAlias(try address(text), targets: try targets.map { try address($0) }, check: check)
    }

    func addList(
        _ text: String, _ members: String..., owner: String? = nil, check: TargetCheck = .reachable
    ) async throws {
        var list = NewList(address: try address(text))
        list.members = try members.map { try address($0) }
        list.owner = try owner.map { try address($0) }
        try await addList(list, check: check)
    }

    func resolve(_ text: String) async throws -> Resolution {
        try await resolve(.address(try address(text)))
    }

    /// What becomes of a recipient, on one line.
    func outcome(_ text: String) async throws -> String {
        let path: ForwardPath = text == "Postmaster" ? .postmaster : .address(try address(text))
        return try await resolve(path).line
    }
}

extension Resolution {
    /// `ana+tag@example.test (tag), remote@elsewhere.example list <news-bounces@example.test>; loop a@example.test`.
    var line: String {
        guard case .deliver(let expansion) = self else { return "\(self)" }
        let local = expansion.localCopies.map { copy in
            let tag = copy.subaddress.map { " (\($0))" } ?? ""
            return "\(copy.deliveredTo)\(tag)\(copy.returnPath.map { " \($0)" } ?? "")"
        }
        let remote = expansion.remoteCopies.map { copy in
            "\(copy.address) \(copy.reason)\(copy.returnPath.map { " \($0)" } ?? "")"
        }
        let problems = expansion.problems.map { problem in
            switch problem {
            case .loop(let address): "; loop \(address)"
            case .unknownTarget(let address): "; unknown \(address)"
            case .disabledTarget(let address): "; disabled \(address)"
            case .emptyList(let address): "; empty \(address)"
            }
        }
        return (local + remote).joined(separator: ", ") + problems.joined()
    }

    var expansion: Expansion? {
        guard case .deliver(let expansion) = self else { return nil }
        return expansion
    }
}

/// A clock that a test turns by hand.
final class TestClock: Sendable {
    private let seconds = Mutex<Int64>(1_000)

    func advance(bySeconds more: Int64) { seconds.withLock { $0 += more } }

    var clock: DirectoryClock {
        DirectoryClock(
            wallSeconds: { self.seconds.withLock { $0 } }, monotonicSeconds: { self.seconds.withLock { $0 } })
    }
}
