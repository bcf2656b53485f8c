internal import CoreMetrics
package import Directory
package import Logging
internal import Logins
package import MailStore
package import POP3
package import SASL
package import ServerRuntime
package import Storage

/// What all sessions of a listener share.
package struct POP3ServerContext: Sendable {
    /// The protocol's settings.
    package let configuration: POP3Configuration
    /// What the listener does about TLS.
    package let tls: POP3TLS
    /// Who may log in.
    package let directory: Directory
    /// Their mail.
    package let mailStore: MailStore
    /// Where its octets are.
    package let store: Store
    /// Sessions of all listeners, one per maildrop.
    package let locks: MaildropLocks
    /// What unknown users' salts come from.
    package let decoySecret: SecretBytes
    /// Where clients show who they are.
    let desk: LoginDesk
    /// Where what happened is told.
    package let logger: Logger

    let retrieved: Counter

    /// For one listener.
    package init(
        listener: String, configuration: POP3Configuration, tls: POP3TLS, directory: Directory, mailStore: MailStore,
        store: Store, locks: MaildropLocks, decoySecret: SecretBytes,
        loginGuard: LoginGuard, logger: Logger
    ) {
        self.configuration = configuration
        self.tls = tls
        self.directory = directory
        self.mailStore = mailStore
        self.store = store
        self.locks = locks
        self.decoySecret = decoySecret
        desk = LoginDesk(listener: listener, directory: directory, loginGuard: loginGuard, logger: logger)
        self.logger = logger
        retrieved = Counter(
            label: "paloma_messages_retrieved_total", dimensions: [("listener", listener)])
    }
}
