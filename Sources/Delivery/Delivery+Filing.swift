package import MailCore
internal import MailStore
package import Storage

extension Delivery {
    /// Files one message in several mailboxes of an account at once, its octets exactly as they are: what JMAP's Email/set and
    /// Email/import do (RFC 8621 §4.6, §4.8).
    ///
    /// - Parameter plan: run in the transaction: the copies, all of one account; what it throws refuses them all.
    /// - Throws: `MailStoreError`, `StorageError`, or what `plan` throws; nothing was kept then.
    package nonisolated(nonsending)
        func file(
            _ message: PreparedMessage, _ plan: @escaping @Sendable (SQLTransaction) throws -> AppendPlan
        ) async throws -> (email: EmailID, copies: [FiledCopy])
    {
        let email = store.reserveEmailID()
        let (facts, body) = (message.facts, message.body)
        return try await store.deliver(email, body) { transaction in
            let plan = try plan(transaction)
            if plan.quota != .none, let account = plan.copies.first?.account {
                let usage = try MailStore.usage(account, in: transaction)
                let octets = usage.octets + body.count * Int64(plan.copies.count)
                let messages = usage.messages + Int64(plan.copies.count)
                guard octets <= plan.quota.octetsMax, messages <= plan.quota.messagesMax else {
                    throw MailStoreError.overQuota
                }
            }
            let filed = try MailStore.file(plan.copies, of: email, facts, octets: body.count, in: transaction)
            return (DeliveryRecord(email: email, copies: filed, queued: nil), (email, filed))
        }
    }
}
