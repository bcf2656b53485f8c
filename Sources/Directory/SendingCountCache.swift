import MailCore
import Synchronization

/// What accounts have sent today, as the last committed message left it, so that MAIL and RCPT do not wait for the store.
final class SendingCountCache: Sendable {
    private let counts = Mutex<[AccountID: SendingCount]>([:])
    private let entriesMax: Int

    init(entriesMax: Int) {
        self.entriesMax = max(1, entriesMax)
    }

    /// The count, if it is known.
    func count(of account: AccountID, on day: Int64) -> SendingCount? {
        counts.withLock { counts in counts[account].flatMap { $0.day == day ? $0 : nil } }
    }

    /// Keeps the greater of two counts of a day: one that was read may be older than one that was committed meanwhile.
    /// When there are too many, all are forgotten.
    func keep(_ count: SendingCount, of account: AccountID) {
        counts.withLock { counts in
            if let known = counts[account], known.day > count.day { return }
            if let known = counts[account], known.day == count.day, known.messages > count.messages { return }
            if counts.count >= entriesMax, counts[account] == nil { counts = [:] }
            counts[account] = count
        }
    }
}
