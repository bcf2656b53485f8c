internal import CoreMetrics
package import Delivery
package import Directory
package import IMAP
package import Logging
internal import Logins
package import MailSearch
package import MailStore
package import SASL
package import ServerRuntime
package import Storage

/// What all sessions of a listener share.
package struct IMAPServerContext: Sendable {
    /// The protocol's settings.
    package let configuration: IMAPConfiguration
    /// What a connection may cost.
    package let limits: IMAPLimits
    /// What the listener does about TLS.
    package let tls: IMAPTLS
    /// Who may log in.
    package let directory: Directory
    /// Their mail.
    package let mailStore: MailStore
    /// Where its octets are.
    package let store: Store
    /// Finds messages.
    package let search: MailSearch
    /// Takes what APPEND brings.
    package let delivery: Delivery
    /// Sessions of all listeners, counted by account.
    package let connections: AccountConnections
    /// Who was told first of messages that came meanwhile.
    package let recentClaims: RecentClaims
    /// What unknown users' salts come from.
    package let decoySecret: SecretBytes
    /// Where clients show who they are.
    let desk: LoginDesk
    /// Where what happened is told.
    package let logger: Logger
    /// Seconds since 1970.
    package let now: @Sendable () -> Int64

    /// Changes that wait for one session; with more, it compares the mailbox with what its client knows.
    package var changesHeldMax = 1_000

    let metrics: IMAPServerMetrics

    /// For one listener.
    package init(
        listener: String, configuration: IMAPConfiguration, limits: IMAPLimits = IMAPLimits(), tls: IMAPTLS,
        directory: Directory, mailStore: MailStore, store: Store, search: MailSearch, delivery: Delivery,
        connections: AccountConnections,
        recentClaims: RecentClaims, decoySecret: SecretBytes, loginGuard: LoginGuard, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.limits = limits
        self.tls = tls
        self.directory = directory
        self.mailStore = mailStore
        self.store = store
        self.search = search
        self.delivery = delivery
        self.connections = connections
        self.recentClaims = recentClaims
        self.decoySecret = decoySecret
        desk = LoginDesk(listener: listener, directory: directory, loginGuard: loginGuard, logger: logger)
        self.logger = logger
        self.now = now
        metrics = IMAPServerMetrics(listener: listener)
    }
}

extension IMAPServerContext {
    /// What works, and so is offered.
    ///
    /// Not among it: MESSAGELIMIT and SAVELIMIT name limits that we do not have.
    package static let capabilities = IMAPCapabilitySet.all.subtracting([.messageLimit, .saveLimit])
}
