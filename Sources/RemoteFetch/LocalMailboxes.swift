internal import MailCore
internal import MailStore
internal import RemoteLinks
internal import Storage

/// The mailboxes here that fetched mail goes to; made when they are not there.
struct LocalMailboxes: Sendable {
    private let store: Store
    private let account: AccountID
    private let now: @Sendable () -> Int64

    init(_ store: Store, _ account: AccountID, _ now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.account = account
        self.now = now
    }

    /// Whether a mailbox still is there.
    func isThere(_ mailbox: MailboxID) async throws -> Bool {
        let account = account
        return try await store.read { transaction in
            try MailStore.mailboxes(account, in: transaction).contains { $0.mailbox == mailbox }
        }
    }

    /// The mailbox for a use, if there is one, else that of a name.
    func mailbox(named name: String, specialUse: SpecialUse?) async throws(RemoteFailure) -> MailboxID {
        let account = account
        let validity = UIDValidity(rawValue: UInt32(truncatingIfNeeded: max(1, now())))
        do {
            let found = try await store.read { transaction -> MailboxID? in
                if let specialUse {
                    let all = try MailStore.mailboxes(account, in: transaction)
                    if let used = all.first(where: { $0.specialUse == specialUse }) { return used.mailbox }
                }
                return try MailStore.mailbox(named: name, account, in: transaction)
            }
            if let found { return found }
            return try await store.change { transaction in
                if let made = try MailStore.mailbox(named: name, account, in: transaction) { return made }
                return try MailStore.createMailbox(name, account, specialUse: nil, validity, in: transaction)
            }
        } catch {
            throw .here("the mailbox \(name) cannot be used: \(error)")
        }
    }
}
