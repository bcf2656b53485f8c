internal import InternetMessage
internal import MailCore
package import MailStore
package import Storage

extension Delivery {
    /// A message that has been read and is ready to be filed.
    package struct PreparedMessage: Sendable {
        let body: MessageBody
        let facts: MessageFacts

        /// Its octets.
        package var count: Int64 { body.count }
    }

    /// Reads a message before it is appended.
    ///
    /// - Throws: `DeliveryError`.
    package func prepare(_ body: MessageBody) async throws(DeliveryError) -> PreparedMessage {
        let parse: @Sendable () throws -> MessageFacts = { try body.withUnsafeBytes { MessageFacts(parsing: $0) } }
        do {
            let facts = body.count <= limits.parsedInPlaceMax ? try parse() : try await store.work(parse)
            return PreparedMessage(body: body, facts: facts)
        } catch {
            throw .storage("\(error)")
        }
    }

    /// Reads and files a message, one alone.
    ///
    /// - Throws: `DeliveryError`; nothing was kept then.
    package func append(_ body: MessageBody, _ copy: NewCopy) async throws(DeliveryError) -> FiledCopy {
        try await append(try await prepare(body), copy)
    }

    /// Files a message in one mailbox with flags and a date of its own: what an import and IMAP's APPEND do. The octets are
    /// kept exactly, without trace fields. Calls that do not wait for each other are filed in their order.
    ///
    /// - Throws: `DeliveryError`; nothing was kept then.
    package nonisolated(nonsending)
        func append(_ message: PreparedMessage, _ copy: NewCopy) async throws(DeliveryError) -> FiledCopy
    {
        let email = store.reserveEmailID()
        let (facts, octets) = (message.facts, message.body.count)
        do {
            return try await store.deliver(email, message.body) { transaction in
                let filed = try MailStore.file([copy], of: email, facts, octets: octets, in: transaction)
                return (DeliveryRecord(email: email, copies: filed, queued: nil), filed[0])
            }
        } catch let error as StorageError {
            throw error.code == .diskFull ? .diskFull : .storage(error.message)
        } catch {
            throw .storage("\(error)")
        }
    }

    /// Files messages that one command brings, all or none, their octets exactly as they came: APPEND and REPLACE
    /// (RFC 9051 §6.3.12, RFC 3502, RFC 8508). They share the flush with whatever else is delivered then.
    ///
    /// - Parameter plan: run in the transaction: what it throws refuses all of them.
    /// - Throws: `NothingToReplace`, `MailStoreError`, `StorageError`, or what `plan` throws; nothing was kept then.
    package nonisolated(nonsending)
        func append(
            together messages: [PreparedMessage], _ plan: @escaping @Sendable (SQLTransaction) throws -> AppendPlan
        ) async throws -> AppendOutcome
    {
        let emails = messages.map { _ in store.reserveEmailID() }
        let bodies = zip(emails, messages).map { (email: $0, body: $1.body) }
        let facts = messages.map(\.facts)
        return try await store.deliver(together: bodies) { transaction in
            let plan = try plan(transaction)
            let usage = try Self.usage(plan, in: transaction)
            var records: [DeliveryRecord] = []
            for (index, copy) in plan.copies.enumerated() {
                let (email, body) = bodies[index]
                let filed = try MailStore.file([copy], of: email, facts[index], octets: body.count, in: transaction)
                records.append(DeliveryRecord(email: email, copies: filed, queued: nil))
            }
            if let old = plan.replaces {
                records[0].replaced = try MailStore.replace(old.uid, in: old.mailbox, in: transaction)
                guard records[0].replaced != nil else { throw NothingToReplace() }
            }
            // Only what it adds counts (RFC 8508 §3.4).
            if let before = usage, let after = try Self.usage(plan, in: transaction) {
                let isTooMuch = after.octets > plan.quota.octetsMax && after.octets > before.octets
                let areTooMany = after.messages > plan.quota.messagesMax && after.messages > before.messages
                guard !isTooMuch, !areTooMany else { throw MailStoreError.overQuota }
            }
            let outcome = AppendOutcome(
                copies: records.flatMap(\.copies), replaced: records[0].replaced, uidValidity: plan.uidValidity)
            return (records, outcome)
        }
    }

    /// Nil where nothing is limited.
    private static func usage(_ plan: AppendPlan, in transaction: SQLTransaction) throws -> MailStore.Usage? {
        guard plan.quota != .none, let account = plan.copies.first?.account else { return nil }
        return try MailStore.usage(account, in: transaction)
    }
}
