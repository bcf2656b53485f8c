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

    /// Whether accounts have room for a message, asked when its recipients are named.
    ///
    /// - Parameter octets: the size announced, 0 when none was.
    package func quotaRefusal(_ copy: LocalCopy, octets: Int64) async throws -> QuotaRefusal? {
        guard copy.quotaBytes > 0 else { return nil }
        return try await store.read { try Self.refusal(copy, octets: octets, in: $0) }
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
        if octets > copy.quotaBytes { return .tooLarge }
        let used = try MailStore.usage(copy.account, in: transaction).octets
        return used + max(octets, 1) > copy.quotaBytes ? .full : nil
    }
}
