internal import InternetMessage
package import MailCore
package import MailStore
internal import MailTrace
internal import RemoteAccounts
package import Storage

extension Delivery {
    /// A message that was fetched and read, ready to be filed.
    package struct FetchedMessage: Sendable {
        let message: PreparedMessage
        /// Knows it again under another name.
        package let fingerprint: [UInt8]
        /// When its last server took it, by its topmost Received field, else by Date; seconds since 1970.
        package let receivedAt: Int64?
        /// Octets.
        package var count: Int64 { message.body.count }
    }

    /// What a fetched message is filed with.
    package struct Fetching: Sendable {
        /// Where it goes, with flags and date.
        package var copy: NewCopy
        /// What the account may hold, in octets; 0 for any number.
        package var quotaBytes: Int64
        /// Where it was fetched.
        package var retrieval: Retrieval
        /// Host, user and folder there, for the trace.
        package var arrival: Arrival
        /// When, in seconds since 1970.
        package var seconds: Int64

        /// All of it.
        package init(copy: NewCopy, quotaBytes: Int64, retrieval: Retrieval, arrival: Arrival, seconds: Int64) {
            self.copy = copy
            self.quotaBytes = quotaBytes
            self.retrieval = retrieval
            self.arrival = arrival
            self.seconds = seconds
        }
    }

    /// What became of a fetched message.
    package enum FetchOutcome: Sendable, Equatable {
        /// It is in its mailbox.
        case filed(UID)
        /// It was there already.
        case known
        /// It was there already, and the server calls it otherwise.
        case renamed
        /// There is no room for it.
        case full(QuotaRefusal)
    }

    /// Reads a fetched message.
    ///
    /// - Throws: `DeliveryError`.
    package func prepareFetched(_ body: MessageBody) async throws(DeliveryError) -> FetchedMessage {
        let parse: @Sendable () throws -> FetchedMessage = {
            try body.withUnsafeBytes { octets in
                let message = ParsedMessage(parsing: octets)
                let facts = MessageFacts(message, in: octets)
                let header = message.parts[0].header.upperBound
                return FetchedMessage(
                    message: PreparedMessage(body: body, facts: facts),
                    fingerprint: MessageFingerprint.make(messageID: facts.messageID?.text, octets, header: header),
                    receivedAt: message.receivedSeconds(in: octets) ?? facts.sentSecondsSince1970)
            }
        }
        do {
            return body.count <= limits.parsedInPlaceMax ? try parse() : try await store.work(parse)
        } catch {
            throw .storage("\(error)")
        }
    }

    /// Files a fetched message and writes down that it was fetched, in one transaction: both are on disk when this returns,
    /// and both are done again from the message's record or neither is. Calls that do not wait for each other are filed in
    /// their order.
    ///
    /// - Parameter isListed: whether the server lists a name.
    /// - Throws: `DeliveryError`; nothing was kept then.
    package nonisolated(nonsending)
        func file(
            _ fetched: FetchedMessage, _ fetching: Fetching, isListed: @escaping @Sendable ([UInt8]) -> Bool
        ) async throws(DeliveryError) -> FetchOutcome
    {
        let email = store.reserveEmailID()
        let (facts, octets) = (fetched.message.facts, fetched.message.body.count)
        do {
            return try await store.deliver(email, fetched.message.body) { transaction in
                let retrieval = fetching.retrieval
                if try RemoteAccounts.isKnown(retrieval, in: transaction) { return (nil, .known) }
                if try RemoteAccounts.rename(to: retrieval, unless: isListed, in: transaction) {
                    return (nil, .renamed)
                }
                if let refusal = try Self.refusal(
                    retrieval.account, quotaBytes: fetching.quotaBytes, octets: octets, in: transaction)
                {
                    return (nil, .full(refusal))
                }
                let filed = try MailStore.file([fetching.copy], of: email, facts, octets: octets, in: transaction)
                try RemoteAccounts.remember(retrieval, email, filed.first?.modSeq, in: transaction)
                let trace = fetching.arrival.event(filed: filed, facts, octets, at: fetching.seconds)
                try MailTrace.recordArrival(trace, of: email, in: transaction)
                let record = DeliveryRecord(
                    email: email, copies: filed, queued: nil, trace: trace, retrieval: retrieval)
                return (record, .filed(filed[0].uid))
            }
        } catch let error as StorageError {
            throw error.code == .diskFull ? .diskFull : .storage(error.message)
        } catch {
            throw .storage("\(error)")
        }
    }
}

extension ParsedMessage {
    /// The date of the topmost Received field (RFC 5321 §4.4), behind its last semicolon.
    func receivedSeconds(in octets: UnsafeRawBufferPointer) -> Int64? {
        let name: StaticString = "received"
        let field = fields.first { field in
            field.nameCount == 8 && field.whole.upperBound <= parts[0].header.upperBound
                && (0..<8).allSatisfy { octets[field.name.lowerBound + $0] | 0x20 == name.utf8Start[$0] }
        }
        guard let field else { return nil }
        let value = octets[field.value.lowerBound..<field.value.upperBound].prefix(4096)
        guard let semicolon = value.lastIndex(of: UInt8(ascii: ";")) else { return nil }
        return MailDate(parsing: Array(value[(semicolon + 1)...])[...])?.secondsSince1970
    }
}
