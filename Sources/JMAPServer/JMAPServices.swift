package import Delivery
package import Directory
package import JMAP
package import Logging
package import MailQueue
package import MailSearch
package import MailStore
package import Storage

/// What methods work with: one for the whole server.
package struct JMAPServices: Sendable {
    package let store: Store
    package let mailStore: MailStore
    package let directory: Directory
    package let search: MailSearch
    package let delivery: Delivery
    package let queue: MailQueue
    /// Raised when something is queued.
    package let signal: QueueSignal
    package let blobs: JMAPBlobs
    package let push: JMAPPush
    package let limits: JMAPLimits
    package let logger: Logger
    /// Seconds since 1970, UTC.
    package let now: @Sendable () -> Int64

    package init(
        store: Store, mailStore: MailStore, directory: Directory, search: MailSearch, delivery: Delivery,
        queue: MailQueue, signal: QueueSignal, limits: JMAPLimits = JMAPLimits(), logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.mailStore = mailStore
        self.directory = directory
        self.search = search
        self.delivery = delivery
        self.queue = queue
        self.signal = signal
        blobs = JMAPBlobs(store: store, now: now)
        push = JMAPPush(store: store)
        self.limits = limits
        self.logger = logger
        self.now = now
    }
}
