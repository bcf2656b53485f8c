internal import InternetMessage
internal import MailCore
package import MailStore
package import Storage

extension Delivery {
    /// A message that has been read and is ready to be filed.
    package struct PreparedMessage: Sendable {
        let body: MessageBody
        let facts: MessageFacts
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
}
