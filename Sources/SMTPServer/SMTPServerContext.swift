package import Delivery
package import Directory
package import Logging
package import SMTP
package import Storage

/// What all sessions of a listener share.
package struct SMTPServerContext: Sendable {
    /// The protocol's settings.
    package let configuration: SMTPServerConfiguration
    /// Whose recipients are ours.
    package let directory: Directory
    /// Where messages go.
    package let delivery: Delivery
    /// Where they arrive.
    package let store: Store
    /// Where what happened is told.
    package let logger: Logger
    /// What is counted.
    package let metrics: SMTPServerMetrics
    /// For a listener of the role `submission`; nil for others.
    package let submission: SubmissionPolicy?
    /// Seconds since 1970, UTC.
    package let now: @Sendable () -> Int64

    /// For one listener.
    package init(
        configuration: SMTPServerConfiguration, directory: Directory, delivery: Delivery, store: Store,
        logger: Logger, metrics: SMTPServerMetrics, submission: SubmissionPolicy? = nil,
        now: @escaping @Sendable () -> Int64
    ) {
        precondition((submission != nil) == (configuration.logins != .none), "logins need a policy")
        self.configuration = configuration
        self.directory = directory
        self.delivery = delivery
        self.store = store
        self.logger = logger
        self.metrics = metrics
        self.submission = submission
        self.now = now
    }
}
