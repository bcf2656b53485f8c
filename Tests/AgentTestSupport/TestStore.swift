package import Delivery
package import Directory
package import MailCore
package import MailQueue
package import MailStore
import NIOCore
package import Storage

/// The whole store in a folder of its own, with everything that lives in it.
package final class TestStore: Sendable {
    /// 2023-11-14 22:13:20 UTC, whenever the test runs.
    package static let now: Int64 = 1_700_000_000
    /// Of all accounts.
    package static let password = Password("correct horse battery")

    package let folder: TestFolder
    package let store: Store
    /// What opening found.
    package let report: Store.OpeningReport
    package let directory: Directory
    package let mailStore: MailStore
    package let queue: MailQueue
    package let delivery: Delivery

    /// Opens the store in the folder, or makes an empty one.
    package init(_ folder: TestFolder, limits: StorageLimits = StorageLimits()) throws {
        self.folder = folder
        (store, report) = try MailSystemStore.open(folder.path, limits: limits)
        directory = MailSystemStore.directory(in: store, now: { TestStore.now })
        mailStore = MailStore(store: store)
        queue = MailQueue(store: store)
        delivery = Delivery(store: store)
    }

    /// What a delivery came to.
    package struct Delivered: Sendable {
        package var email: EmailID
        package var outcome: Delivery.Outcome
    }

    /// Makes `example.test`, if need be, and an account of it with its mailboxes.
    @discardableResult
    package func addAccount(_ text: String, quotaBytes: Int64 = 0) async throws -> AccountID {
        let address = try address(text)
        if try await directory.domains().allSatisfy({ $0.name != address.domain.ascii }) {
            try await directory.addDomain(address.domain)
        }
        var account = NewAccount(address: address)
        account.quotaBytes = quotaBytes
        return try await directory.addAccount(account, password: Self.password).accountID
    }

    package func addAlias(_ text: String, to targets: String...) async throws {
        try await directory.addAlias(try address(text), targets: targets.map(address))
    }

    package func addList(_ text: String, members: String..., owner: String? = nil) async throws {
        var list = NewList(address: try address(text))
        list.members = try members.map(address)
        list.owner = try owner.map(address)
        try await directory.addList(list)
    }

    /// Whom the recipients mean, as the directory says.
    package func plan(
        _ recipients: [String], reversePath: ReversePath = .null
    ) async throws -> (envelope: Envelope, plan: DeliveryPlan) {
        var envelope = Envelope(reversePath: reversePath)
        var plan = DeliveryPlan()
        for text in recipients {
            let recipient = EnvelopeRecipient(path: .address(try address(text)))
            guard case .deliver(let expansion) = try await directory.resolve(recipient.path) else {
                throw NobodyThere(text: text)
            }
            envelope.recipients.append(recipient)
            plan.add(recipient, expansion, reversePath: reversePath)
        }
        return (envelope, plan)
    }

    /// Delivers as a server does.
    @discardableResult
    package func deliver(
        _ text: String, to recipients: String..., from sender: String? = nil,
        overrun: Delivery.QuotaOverrun = .refuse, at seconds: Int64 = TestStore.now
    ) async throws -> Delivered {
        let reversePath: ReversePath = try sender.map { .address(try address($0)) } ?? .null
        let (envelope, plan) = try await plan(recipients, reversePath: reversePath)
        let email = store.reserveEmailID()
        let outcome = try await delivery.deliver(
            email, MessageBody(ByteBuffer(string: text)), envelope, plan, at: seconds, overrun: overrun)
        return Delivered(email: email, outcome: outcome)
    }

    /// The copies in an INBOX as they are sent, ascending.
    package func inbox(_ account: AccountID) async throws -> [String] {
        let (_, messages) = try await mailStore.messages(account, .inbox)
        var texts: [String] = []
        for message in messages {
            let source = try await store.read { try MailStore.source(account, .inbox, message.uid, in: $0) }
            let octets = try await store.octets(source.content, 0..<source.content.count)
            texts.append(String(decoding: source.prefix, as: UTF8.self) + String(buffer: octets))
        }
        return texts
    }

    /// A number that the database is asked for.
    package func count(_ sql: StaticString) async throws -> Int64 {
        let text = sql
        return try await store.read { try $0.first(text) { $0.integer(0) } ?? 0 }
    }

    /// What is counted wrongly, and references that are.
    package func complaints() async throws -> [String] {
        let counts = try await store.read { try MailStore.wrongCounts(in: $0) }
        return try await store.check(.look).map(\.text) + counts
    }

    package func close() async {
        await store.close()
    }
}

/// Opens a store for a test and closes it after.
package func withTestStore(
    _ folder: TestFolder = TestFolder(), limits: StorageLimits = StorageLimits(),
    _ body: (TestStore) async throws -> Void
) async throws {
    let test = try TestStore(folder, limits: limits)
    do {
        try await body(test)
    } catch {
        await test.close()
        throw error
    }
    await test.close()
}

/// What stands in a test as a literal and is no address.
package struct NotAnAddress: Error {
    let text: String
}

/// A recipient of a test whom the directory does not know.
package struct NobodyThere: Error {
    let text: String
}

package func address(_ text: String) throws -> EmailAddress {
    guard let address = EmailAddress(text) else { throw NotAnAddress(text: text) }
    return address
}
