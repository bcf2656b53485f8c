internal import Delivery
internal import Directory
internal import MailCore
internal import SMTP
internal import Storage

/// A mail transaction under way (RFC 5321 §3.3).
struct SMTPTransaction {
    var envelope: Envelope
    /// SIZE=, when it was given.
    let sizeOctets: Int64
    var plan = DeliveryPlan()
    /// The message's number, from DATA or the first BDAT on.
    var email: EmailID?
    var spool: MessageSpool?
    /// Why the spool could not take what came; the rest is read and thrown away.
    var spoolFailure: StorageError?

    init(_ reversePath: ReversePath, _ parameters: MailParameters) {
        envelope = Envelope(reversePath: reversePath, parameters: parameters.envelope)
        sizeOctets = Int64(parameters.sizeOctets ?? 0)
    }

    mutating func add(_ recipient: EnvelopeRecipient, _ expansion: Expansion) {
        envelope.recipients.append(recipient)
        plan.add(recipient, expansion, reversePath: envelope.reversePath)
    }
}
