internal import InternetMessage
package import JMAP
package import MailCore
internal import MailStore
package import NIOCore
package import Storage

/// Blobs (RFC 8620 §6): messages, their parts, and what clients upload. A user reads the own account's alone.
package struct JMAPBlobs: Sendable {
    package let limits: JMAPBlobLimits
    let store: Store
    let uploads: JMAPUploads
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970, UTC.
    package init(store: Store, limits: JMAPBlobLimits = JMAPBlobLimits(), now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.limits = limits
        self.now = now
        uploads = JMAPUploads(limits: limits)
    }

    /// An account's blob; nil where it has none of this id.
    package func find(_ id: JMAPID, of account: AccountID) async throws -> JMAPBlob? {
        switch JMAPBlobID(id) {
        case nil: return nil
        case .upload(let id)?:
            return uploads.find(id, of: account, now: now()).map { upload in
                JMAPBlob(.upload(upload.body), type: upload.type, store: store, limits: limits)
            }
        case .message(let email)?:
            return try await store.read { transaction in
                guard let prefix = try MailStore.earliestPrefix(of: email, account, in: transaction),
                    let content = try transaction.content(of: email)
                else { return nil }
                return JMAPBlob(.message(email, prefix: prefix, content), store: store, limits: limits)
            }
        case .part(let email, let numbers)?:
            return try await store.read { transaction in
                guard try MailStore.earliestPrefix(of: email, account, in: transaction) != nil,
                    let content = try transaction.content(of: email),
                    let index = try partIndex(of: email, content, in: transaction),
                    let place = index.part(numbers), index.entries[place].kind != .multipart
                else { return nil }
                let entry = index.entries[place]
                let end = min(Int64(entry.body.upperBound), content.count)
                let range = min(Int64(entry.body.lowerBound), end)..<end
                // A message within has no encoding of its own (RFC 2045 §6.4).
                let encoding = entry.kind == .leaf ? entry.encoding : .binary
                return JMAPBlob(.part(email, content, range, encoding), store: store, limits: limits)
            }
        }
    }

    /// The same of an account of which the user may not see everything; what the user has uploaded is the user's.
    package func find(_ id: JMAPID, in account: MailAccount) async throws -> JMAPBlob? {
        switch JMAPBlobID(id) {
        case .upload?: return try await find(id, of: account.user)
        case .message(let email)? where !account.isOwn, .part(let email, _)? where !account.isOwn:
            guard try await store.read({ try account.sees(email, in: $0) }) else { return nil }
        default: break
        }
        return try await find(id, of: account.id)
    }

    /// Where the parts of a message stand, read anew where the store has lost it.
    func partIndex(
        of email: EmailID, _ content: StoredOctets, in transaction: SQLTransaction
    ) throws -> PartIndex? {
        if let stored = try MailStore.partIndex(of: email, in: transaction), let index = PartIndex(decoding: stored) {
            return index
        }
        guard content.count <= Self.rereadOctetsMax, let octets = try store.octetsBlocking([content]).first ?? nil
        else { return nil }
        return octets.withUnsafeReadableBytes { PartIndex(ParsedMessage(parsing: $0)) }
    }

    private static let rereadOctetsMax: Int64 = 64 << 20

    /// A place for an upload to arrive in.
    package func spool() -> MessageSpool { store.spool() }

    /// Keeps what a client has uploaded, for `limits.keptSeconds` at least.
    ///
    /// - Returns: its id; nil when there are too many uploads.
    package func keep(_ body: MessageBody, type: String, of account: AccountID) -> JMAPID? {
        uploads.add(body, type: type, of: account, now: now())
    }

    /// The same of octets that are in memory.
    package func keep(_ octets: ByteBuffer, type: String, of account: AccountID) -> JMAPID? {
        keep(MessageBody(octets), type: type, of: account)
    }
}
