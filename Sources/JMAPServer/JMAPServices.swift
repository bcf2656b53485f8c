package import Delivery
package import Directory
package import JMAP
package import Logging
package import MailQueue
package import MailSearch
package import MailSettings
package import MailStore
package import MailTrace
package import RemoteAccounts
package import ServerRuntime
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
    /// What users may send.
    package let sending: JMAPSending
    /// What fetches mail from elsewhere; nil where nothing does.
    package let fetching: JMAPFetching?
    /// Counts passwords that are guessed from within a session.
    package let loginGuard: LoginGuard?

    package init(
        store: Store, mailStore: MailStore, directory: Directory, search: MailSearch, delivery: Delivery,
        queue: MailQueue, signal: QueueSignal, limits: JMAPLimits = JMAPLimits(), logger: Logger,
        now: @escaping @Sendable () -> Int64, sending: JMAPSending = JMAPSending(), fetching: JMAPFetching? = nil,
        loginGuard: LoginGuard? = nil
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
        self.sending = sending
        self.fetching = fetching
        self.loginGuard = loginGuard
    }
}

extension JMAPServices {
    /// Identities, submissions, settings.
    package var settings: MailSettings { MailSettings(store: store) }
    /// What happened to messages.
    package var traces: MailTrace { MailTrace(store: store) }
    /// The users' accounts elsewhere.
    package var remoteAccounts: RemoteAccounts { RemoteAccounts(store: store) }
    /// What submission does to a message.
    package var submissionDesk: SubmissionDesk {
        SubmissionDesk(store: store, directory: directory, hostname: sending.hostname, headerFrom: sending.headerFrom)
    }
}

/// What users may send, as the configuration has it for SMTP's submission.
package struct JMAPSending: Sendable {
    /// By which the server names itself.
    package var hostname = "localhost"
    package var limits = SendingLimits()
    package var headerFrom = SubmissionDesk.HeaderFrom.own
    /// How far ahead a message may be sent off (RFC 4865 §4).
    package var holdSecondsMax: Int64 = 90 * 86_400
    /// The largest message.
    package var messageOctetsMax: Int64 = 50 << 20
    /// Recipients of one message.
    package var recipientsMax = 1000

    package init() {}
}

/// The fetcher of mail from elsewhere, as far as methods need it.
package struct JMAPFetching: Sendable {
    /// Looks for what is due.
    package var wake: @Sendable () -> Void
    /// Ends whatever is being done with an account.
    package var endWatch: @Sendable (RemoteAccount) async -> Void

    package init(
        wake: @escaping @Sendable () -> Void, endWatch: @escaping @Sendable (RemoteAccount) async -> Void
    ) {
        self.wake = wake
        self.endWatch = endWatch
    }
}
