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
    /// For each recipient, in the order of `add`, where it leads.
    private(set) var recipients: [Reach] = []
    private var accounts: Set<AccountID> = []
    private var addresses: Set<String> = []
    /// What the sender wants to be told of recipients here, by their number in the order of `add`.
    private var reports: [Int: QueuedMessage.Recipient] = [:]

    /// Where one recipient leads.
    struct Reach: Sendable {
        let path: ForwardPath
        let accounts: [AccountID]
        let remote: [EmailAddress]
        let hasRemote: Bool
    }

    /// Recipients whose copies were left out, by number.
    private var refused: Set<Int> = []

    /// For nobody yet.
    package init() {}

    /// Whether there is nobody to deliver to.
    package var isEmpty: Bool { copies.isEmpty && remote.isEmpty }

    /// Adds an accepted recipient with what the directory made of it.
    package mutating func add(
        _ recipient: EnvelopeRecipient, _ expansion: Expansion, reversePath: ReversePath
    ) {
        for copy in expansion.localCopies where accounts.insert(copy.account).inserted { copies.append(copy) }
        let report = Self.report(recipient, expansion, reversePath)
        for copy in expansion.remoteCopies where addresses.insert(copy.address.lookupKey).inserted {
            var forwarded = recipient
            forwarded.path = .address(copy.address)
            if report != nil { forwarded.notify = Self.withoutSuccess(forwarded.notify) }
            remote.append(
                QueuedMessage.Recipient(recipient: forwarded, reversePath: copy.returnPath ?? reversePath))
        }
        reports[recipients.count] = report.map {
            QueuedMessage.Recipient(recipient: recipient, reversePath: reversePath, task: $0)
        }
        recipients.append(
            Reach(
                path: recipient.path, accounts: expansion.localCopies.map(\.account),
                remote: expansion.remoteCopies.map(\.address), hasRemote: !expansion.remoteCopies.isEmpty))
    }

    /// What is reported of a recipient right after the delivery, if its sender wants to hear of success: that it is in a
    /// mailbox, or that it went on to several. One who is led on to a single address elsewhere is that server's matter
    /// (RFC 3461 §5.2.7.1).
    private static func report(
        _ recipient: EnvelopeRecipient, _ expansion: Expansion, _ reversePath: ReversePath
    ) -> QueuedMessage.Task? {
        guard recipient.notify?.contains(.success) == true, reversePath != .null else { return nil }
        let count = expansion.localCopies.count + expansion.remoteCopies.count
        let isList =
            expansion.localCopies.contains { $0.returnPath != nil }
            || expansion.remoteCopies.contains { $0.reason == .list }
        if count > 1 || isList { return .reportExpanded }
        return expansion.localCopies.isEmpty ? nil : .reportDelivered
    }

    /// RFC 3461 §5.2.7.2 (d): nobody behind the expansion reports success; without any other wish, nothing.
    private static func withoutSuccess(_ notify: EnvelopeRecipient.Notify?) -> EnvelopeRecipient.Notify? {
        notify.map { $0.subtracting(.success).isEmpty ? .never : $0.subtracting(.success) }
    }

    /// Whether anything is to be reported of recipients here.
    var hasReports: Bool { !reports.isEmpty }

    /// All that goes into the queue: recipients elsewhere, and reports on those here who were not refused.
    var queueEntries: [QueuedMessage.Recipient] {
        remote + reports.sorted { $0.key < $1.key }.filter { !refused.contains($0.key) }.map(\.value)
    }

    /// Adds an accepted recipient of a message that is held (RFC 4865): nobody gets it now, so it waits in the queue, whoever
    /// the recipient is; whom that means is looked up when its time has come.
    package mutating func hold(_ recipient: EnvelopeRecipient, reversePath: ReversePath) {
        let key = recipient.path.address?.lookupKey ?? "postmaster"
        if addresses.insert(key).inserted {
            remote.append(QueuedMessage.Recipient(recipient: recipient, reversePath: reversePath))
        }
        let address = recipient.path.address
        recipients.append(
            Reach(path: recipient.path, accounts: [], remote: address.map { [$0] } ?? [], hasRemote: true))
    }

    /// Leaves out full mailboxes, but none whose recipient reaches somebody else: such a recipient can be told neither
    /// that all got the message nor that nobody did, and the sender would send it again to those who have it.
    ///
    /// - Returns: the accounts left out.
    mutating func leaveOut(_ full: Set<AccountID>) -> Set<AccountID> {
        var left = full
        var before: Int
        repeat {
            before = left.count
            for recipient in recipients
            where recipient.hasRemote || !recipient.accounts.allSatisfy(left.contains) {
                left.subtract(recipient.accounts)
            }
        } while left.count < before
        copies.removeAll { left.contains($0.account) }
        for (number, accounts) in refusedRecipients(left).enumerated() where accounts != nil { refused.insert(number) }
        return left
    }

    /// For each recipient, in the order of `add`, its accounts, if nobody is reached but through them and all of them
    /// are among these; else nil.
    package func refusedRecipients(_ left: Set<AccountID>) -> [[AccountID]?] {
        recipients.map { recipient in
            let isRefused = !recipient.hasRemote && recipient.accounts.allSatisfy(left.contains)
            return isRefused && !recipient.accounts.isEmpty ? recipient.accounts : nil
        }
    }
}
