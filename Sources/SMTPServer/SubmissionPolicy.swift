package import Delivery
package import Directory
package import Logins
package import SASL

/// What a listener for our own users (RFC 6409) has beside what every SMTP listener has.
package struct SubmissionPolicy: Sendable {
    /// Where clients show who they are.
    package let desk: LoginDesk
    /// What unknown users' salts come from.
    package let decoySecret: SecretBytes
    /// How much an account may send.
    package let sendingLimits: SendingLimits
    /// Whom a header may name.
    package let headerFrom: SubmissionDesk.HeaderFrom

    /// Puts the parts together.
    package init(
        desk: LoginDesk, decoySecret: SecretBytes, sendingLimits: SendingLimits = SendingLimits(),
        headerFrom: SubmissionDesk.HeaderFrom = .own
    ) {
        self.desk = desk
        self.decoySecret = decoySecret
        self.sendingLimits = sendingLimits
        self.headerFrom = headerFrom
    }
}
