package import Directory
package import MailCore
package import Storage

/// What becomes of a message: a copy for each account, an entry for each address elsewhere, each once, however many
/// recipients, aliases and lists lead there.
package struct DeliveryPlan: Sendable {
    /// At most one per account.
    package private(set) var copies: [LocalCopy] = []
    /// At most one per address.
    package private(set) var remote: [QueuedMessage.Recipient] = []
    /// For each recipient, in the order of `add`, its accounts.
    package private(set) var accountsOfRecipients: [[AccountID]] = []
    private var accounts: Set<AccountID> = []
    private var addresses: Set<String> = []

    /// For nobody yet.
    package init() {}

    /// Whether there is nobody to deliver to.
    package var isEmpty: Bool { copies.isEmpty && remote.isEmpty }

    /// Adds an accepted recipient with what the directory made of it.
    package mutating func add(
        _ recipient: EnvelopeRecipient, _ expansion: Expansion, reversePath: ReversePath
    ) {
        for copy in expansion.localCopies where accounts.insert(copy.account).inserted { copies.append(copy) }
        for copy in expansion.remoteCopies where addresses.insert(copy.address.lookupKey).inserted {
            var forwarded = recipient
            forwarded.path = .address(copy.address)
            remote.append(
                QueuedMessage.Recipient(recipient: forwarded, reversePath: copy.returnPath ?? reversePath))
        }
        accountsOfRecipients.append(expansion.localCopies.map(\.account))
    }

    /// Leaves accounts out whose mailbox is full.
    package mutating func remove(_ full: Set<AccountID>) {
        copies.removeAll { full.contains($0.account) }
    }
}
