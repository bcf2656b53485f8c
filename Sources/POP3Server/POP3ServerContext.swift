internal import CoreMetrics
package import Directory
package import Logging
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
    /// Watches over logins, together with all other listeners.
    package let loginGuard: LoginGuard
    /// Where what happened is told.
    package let logger: Logger

    let logins: Counter
    let refusedLogins: Counter
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
        self.loginGuard = loginGuard
        self.logger = logger
        let labels = [("listener", listener)]
        logins = Counter(label: "paloma_logins_total", dimensions: labels)
        refusedLogins = Counter(label: "paloma_logins_refused_total", dimensions: labels)
        retrieved = Counter(label: "paloma_messages_retrieved_total", dimensions: labels)
    }
}
