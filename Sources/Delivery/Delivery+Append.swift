internal import InternetMessage
internal import MailCore
package import MailStore
package import Storage

extension Delivery {
    /// Files a message in one mailbox with flags and a date of its own: what an import and IMAP's APPEND do. The octets are
    /// kept exactly, without trace fields.
    ///
    /// - Throws: `DeliveryError`; nothing was kept then.
    package func append(
        _ body: MessageBody, _ copy: NewCopy
    ) async throws(DeliveryError) -> FiledCopy {
        let email = store.reserveEmailID()
        do {
            let facts = try await store.work {
                try body.withUnsafeBytes { MessageFacts(parsing: $0) }
            }
            return try await store.deliver(email, body) { transaction in
                let filed = try MailStore.file([copy], of: email, facts, octets: body.count, in: transaction)
                return (DeliveryRecord(email: email, copies: filed, queued: nil), filed[0])
            }
        } catch let error as StorageError {
            throw error.code == .diskFull ? .diskFull : .storage(error.message)
        } catch {
            throw .storage("\(error)")
        }
    }
}
