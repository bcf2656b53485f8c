package import MailCore

/// Replies about messages, senders and recipients, for the sessions to answer with.
extension SMTPReply {
    /// The message is ours now (RFC 5321 §6.1).
    package static func queued(as id: QueueID) -> SMTPReply {
        SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok: queued as \(id)")
    }

    /// LMTP: the message is in this recipient's mailbox.
    package static func delivered(to path: ForwardPath, as id: QueueID) -> SMTPReply {
        SMTPReply(250, EnhancedStatusCode(.success, 1, 5), "\(path) Ok: delivered as \(id)")
    }

    /// Nobody of ours has this address.
    package static func noSuchUser(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 1, 1), "\(path): no such user here")
    }

    /// A domain that is not ours, from someone who may not send through us.
    package static func relayingDenied(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(
            550, EnhancedStatusCode(.permanentFailure, 7, 1),
            "\(path): relaying denied; this server takes mail for its own domains only")
    }

    /// The account exists and takes no mail now.
    package static func accountDisabled(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 2, 1), "\(path): this mailbox is disabled")
    }

    /// The quota is used up; space may come back.
    package static func overQuota(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(452, EnhancedStatusCode(.persistentTransientFailure, 2, 2), "\(path): this mailbox is full")
    }

    /// The message alone is larger than the whole quota.
    package static func exceedsQuota(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(
            552, EnhancedStatusCode(.permanentFailure, 2, 3), "\(path): the message is larger than this mailbox allows")
    }

    /// No room on the disk (RFC 5321 §4.2.3).
    package static let insufficientStorage = SMTPReply(
        452, EnhancedStatusCode(.persistentTransientFailure, 3, 1), "Insufficient system storage, try again later")

    /// Something failed on our side (RFC 5321 §4.2.3).
    package static let localError = SMTPReply(
        451, EnhancedStatusCode(.persistentTransientFailure, 3, 0), "Local error in processing, try again later")

    /// The message went round too often (RFC 5321 §6.3).
    package static let loopDetected = SMTPReply(
        554, EnhancedStatusCode(.permanentFailure, 4, 6), "Too many Received fields: the message is in a loop")

    /// The server stops (RFC 5321 §3.8).
    package static let shuttingDown = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 3, 2), "Service is shutting down, try again later")

    /// The client was silent for too long (RFC 5321 §4.5.3.2.7).
    package static let timedOut = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 4, 2), "Timeout, closing")

    /// More connections than this server, or this client, may have.
    package static let tooManyConnections = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Too many connections, try again later")

    /// Larger than SIZE (RFC 1870 §6.1).
    package static func messageTooBig(limitOctets: Int) -> SMTPReply {
        SMTPReply(
            552, EnhancedStatusCode(.permanentFailure, 3, 4), "The message is larger than \(limitOctets) octets")
    }

    /// `BareLinePolicy.reject`.
    static let bareLFInData = SMTPReply(
        550, EnhancedStatusCode(.permanentFailure, 6, 0),
        "The message has a bare <LF>: lines end with <CR><LF>, see RFC 5321 section 2.3.8")

    /// `BareLinePolicy.reject`.
    static let bareCRInData = SMTPReply(
        550, EnhancedStatusCode(.permanentFailure, 6, 0),
        "The message has a bare <CR>: lines end with <CR><LF>, see RFC 5321 section 2.3.8")
}
