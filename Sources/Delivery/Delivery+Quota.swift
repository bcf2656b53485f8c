package import Directory
internal import MailCore
internal import MailStore
internal import Storage

extension Delivery {
    /// Why a mailbox cannot take a message.
    package enum QuotaRefusal: Sendable, Equatable {
        /// It would, were there less in it.
        case full
        /// The message alone is larger than the quota.
        case tooLarge
    }

    /// Whether any of the accounts has room for a message, asked when its recipients are named; nil when one has.
    ///
    /// - Parameter octets: the size announced, 0 when none was.
    package func quotaRefusal(_ copies: [LocalCopy], octets: Int64) async throws -> QuotaRefusal? {
        guard copies.allSatisfy({ $0.quotaBytes > 0 }) else { return nil }
        return try await store.read { transaction in
            var all: QuotaRefusal?
            for copy in copies {
                guard let one = try Self.refusal(copy, octets: octets, in: transaction) else { return nil }
                all = all == .full ? .full : one
            }
            return all
        }
    }

    static func fullMailboxes(
        _ copies: [LocalCopy], octets: Int64, in transaction: SQLTransaction
    ) throws -> [AccountID: QuotaRefusal] {
        var full: [AccountID: QuotaRefusal] = [:]
        for copy in copies where copy.quotaBytes > 0 {
            full[copy.account] = try refusal(copy, octets: octets, in: transaction)
        }
        return full
    }

    private static func refusal(
        _ copy: LocalCopy, octets: Int64, in transaction: SQLTransaction
    ) throws -> QuotaRefusal? {
        try refusal(copy.account, quotaBytes: copy.quotaBytes, octets: octets, in: transaction)
    }

    static func refusal(
        _ account: AccountID, quotaBytes: Int64, octets: Int64, in transaction: SQLTransaction
    ) throws -> QuotaRefusal? {
        guard quotaBytes > 0 else { return nil }
        if octets > quotaBytes { return .tooLarge }
        let used = try MailStore.usage(account, in: transaction).octets
        return used + max(octets, 1) > quotaBytes ? .full : nil
    }
}
