internal import JMAP
internal import MailCore
internal import Storage
internal import Synchronization

/// What clients have uploaded and nothing refers to yet: in memory when small, else in nameless files of the store's spool
/// folder, which only the server can read and which are gone when it ends.
final class JMAPUploads: Sendable {
    /// One of them.
    struct Upload: Sendable {
        let account: AccountID
        let body: MessageBody
        let type: String
        let expiresAt: Int64
        let number: UInt64
    }

    private struct State {
        var uploads: [JMAPID: Upload] = [:]
        var octets: Int64 = 0
        var count: UInt64 = 0
        /// Uploads under way, by account.
        var running: [AccountID: Int] = [:]
    }

    private let state = Mutex(State())
    private let limits: JMAPBlobLimits

    init(limits: JMAPBlobLimits) { self.limits = limits }

    /// Keeps an upload.
    ///
    /// - Returns: its id; nil when there are too many.
    func add(_ body: MessageBody, type: String, of account: AccountID, now: Int64) -> JMAPID? {
        state.withLock { state in
            remove(from: &state) { $0.expiresAt <= now }
            makeRoom(for: body.count, of: account, &state)
            guard state.octets + body.count <= limits.octetsMax, state.uploads.count < limits.uploadsMax else {
                return nil
            }
            let id = Self.randomID()
            state.count += 1
            state.octets += body.count
            state.uploads[id] = Upload(
                account: account, body: body, type: type, expiresAt: now + limits.keptSeconds, number: state.count)
            return id
        }
    }

    /// An account's own upload.
    func find(_ id: JMAPID, of account: AccountID, now: Int64) -> Upload? {
        state.withLock { state in
            guard let upload = state.uploads[id], upload.account == account, upload.expiresAt > now else { return nil }
            return upload
        }
    }

    /// Whether one more may begin at the same time; whoever is told so says when it has ended.
    func begin(_ account: AccountID, most: Int) -> Bool {
        state.withLock { state in
            guard state.running[account, default: 0] < most else { return false }
            state.running[account, default: 0] += 1
            return true
        }
    }

    func end(_ account: AccountID) {
        state.withLock { state in
            let left = state.running[account, default: 1] - 1
            state.running[account] = left > 0 ? left : nil
        }
    }

    /// How many there are.
    var count: Int { state.withLock { $0.uploads.count } }

    private func makeRoom(for octets: Int64, of account: AccountID, _ state: inout State) {
        var own = state.uploads.filter { $0.value.account == account }.sorted { $0.value.number < $1.value.number }[...]
        var sum = own.reduce(0) { $0 + $1.value.body.count }
        while let oldest = own.first,
            sum + octets > limits.accountOctetsMax || own.count >= limits.accountUploadsMax
        {
            sum -= oldest.value.body.count
            state.octets -= oldest.value.body.count
            state.uploads[oldest.key] = nil
            own.removeFirst()
        }
    }

    private func remove(from state: inout State, where isDue: (Upload) -> Bool) {
        for (id, upload) in state.uploads where isDue(upload) {
            state.octets -= upload.body.count
            state.uploads[id] = nil
        }
    }

    private static func randomID() -> JMAPID {
        let digits = (0..<2).map { _ in
            let text = String(UInt64.random(in: 0...UInt64.max), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return JMAPID(made: "u" + digits.joined())
    }
}
