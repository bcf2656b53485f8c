internal import Delivery
internal import MailCore
internal import MailStore
internal import NIOCore
internal import RemoteAccounts
internal import RemoteLinks
internal import Storage

/// Takes messages in as they come from a server elsewhere and has them filed in their order.
///
/// It waits for a message only when many are on their way: what the writer finds waiting it makes durable with one flush.
/// A message counts as fetched, and may be deleted there, only when it is among `takeSettled`.
struct MessageIntake {
    /// What a message comes with.
    struct Label: Sendable {
        /// The folder there, by its number.
        var folder: Int64
        /// What the message is called there.
        var key: [UInt8]
        /// Where it goes here.
        var mailbox: MailboxID
        /// Its flags.
        var flags: SystemFlags = []
        /// Its other flags.
        var keywords: [Keyword] = []
        /// Its date there, in seconds since 1970; nil for what its header says.
        var internalDate: Int64?
        /// The folder's name there, for the trace.
        var folderName: String?
    }

    private struct UnderWay {
        let label: Label
        let octets: Int64
        let task: Task<Result<Delivery.FetchOutcome, DeliveryError>, Never>
    }

    private let remote: RemoteAccount
    private let quotaBytes: Int64
    private let parts: FetchParts
    /// Whether the server lists a name, in the folder that is being fetched.
    var isListed: @Sendable ([UInt8]) -> Bool = { _ in true }

    private var spool: MessageSpool
    /// The oldest first.
    private var underWay: [UnderWay] = []
    private var octetsUnderWay: Int64 = 0
    private var settled: [Label] = []
    /// Messages that were filed.
    private(set) var messages: Int64 = 0
    /// Their octets.
    private(set) var octets: Int64 = 0

    init(_ remote: RemoteAccount, quotaBytes: Int64, _ parts: FetchParts) {
        self.remote = remote
        self.quotaBytes = quotaBytes
        self.parts = parts
        spool = parts.store.spool()
    }

    /// A message begins; what came of another that did not end is forgotten.
    mutating func begin() {
        if spool.count > 0 { spool = parts.store.spool() }
    }

    nonisolated(nonsending)
        mutating func append(_ octets: ByteBuffer) async throws(RemoteFailure)
    {
        spool.append(octets)
        guard spool.mustFlush else { return }
        do {
            try await spool.flush()
        } catch {
            throw Self.failure(error)
        }
    }

    /// The message is whole.
    nonisolated(nonsending)
        mutating func end(_ label: Label) async throws(RemoteFailure)
    {
        let fetched: Delivery.FetchedMessage
        do {
            let body = try await spool.finish()
            spool = parts.store.spool()
            fetched = try await parts.delivery.prepareFetched(body)
        } catch {
            throw Self.failure(error)
        }
        let limits = parts.limits
        while !underWay.isEmpty,
            underWay.count >= limits.underWayMax || octetsUnderWay + fetched.count > limits.underWayOctetsMax
        {
            try await settleOldest()
        }
        let now = parts.now()
        let settings = remote.settings
        let date = label.internalDate ?? fetched.receivedAt.map { min($0, now) } ?? now
        let fetching = Delivery.Fetching(
            copy: NewCopy(
                account: remote.account, mailbox: label.mailbox, flags: label.flags, keywords: label.keywords,
                internalDate: date, saveDate: now),
            quotaBytes: quotaBytes,
            retrieval: Retrieval(
                account: remote.account, remote: remote.remote, folder: label.folder, key: label.key,
                fingerprint: fetched.fingerprint, at: now),
            arrival: Arrival(.fetch, peer: settings.host, login: settings.userName, about: label.folderName),
            seconds: now)
        let (delivery, isListed) = (parts.delivery, isListed)
        // Immediate: the message has its place in the writer's order before the next one is read.
        let task = Task.immediate { () async -> Result<Delivery.FetchOutcome, DeliveryError> in
            do throws(DeliveryError) {
                return .success(try await delivery.file(fetched, fetching, isListed: isListed))
            } catch {
                return .failure(error)
            }
        }
        underWay.append(UnderWay(label: label, octets: fetched.count, task: task))
        octetsUnderWay += fetched.count
    }

    /// Waits until all that was taken in is on disk.
    nonisolated(nonsending)
        mutating func settle() async throws(RemoteFailure)
    {
        while !underWay.isEmpty { try await settleOldest() }
    }

    /// Waits for what is under way, whatever becomes of it, so that what is told is true of all.
    nonisolated(nonsending)
        mutating func abandon() async
    {
        spool = parts.store.spool()
        while !underWay.isEmpty {
            do throws(RemoteFailure) { try await settleOldest() } catch {}
        }
    }

    /// What is here for good since the last call.
    mutating func takeSettled() -> [Label] {
        defer { settled = [] }
        return settled
    }

    nonisolated(nonsending)
        private mutating func settleOldest() async throws(RemoteFailure)
    {
        let oldest = underWay.removeFirst()
        octetsUnderWay -= oldest.octets
        switch await oldest.task.value {
        case .success(.filed):
            messages += 1
            octets += oldest.octets
            parts.metrics.fetched(remote.settings.service, octets: oldest.octets)
            settled.append(oldest.label)
        case .success(.known), .success(.renamed):
            settled.append(oldest.label)
        case .success(.full):
            throw .mailboxFull
        case .failure(let error):
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> RemoteFailure {
        switch error {
        case let error as RemoteFailure: error
        case DeliveryError.diskFull: .diskFull
        case DeliveryError.storage(let text): .here("the store failed: \(text)")
        case let error as StorageError:
            error.code == .diskFull ? .diskFull : .here("the store failed: \(error.message)")
        default: .here("the store failed: \(error)")
        }
    }
}
