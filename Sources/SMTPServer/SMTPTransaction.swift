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
    /// Octets of the trace field that begins the spool.
    var traceOctets = 0
    var spool: MessageSpool?
    /// Why the spool could not take what came; the rest is read and thrown away.
    var spoolFailure: StorageError?

    init(_ reversePath: ReversePath, _ parameters: EnvelopeParameters, sizeOctets: Int?) {
        envelope = Envelope(reversePath: reversePath, parameters: parameters)
        self.sizeOctets = Int64(sizeOctets ?? 0)
    }

    mutating func add(_ recipient: EnvelopeRecipient, _ expansion: Expansion) {
        envelope.recipients.append(recipient)
        if envelope.parameters.holdUntil == nil {
            plan.add(recipient, expansion, reversePath: envelope.reversePath)
        } else {
            plan.hold(recipient, reversePath: envelope.reversePath)
        }
    }
}
