internal import Delivery
internal import Directory
internal import MailCore
internal import SMTP
internal import Storage

/// What a submitted message goes through between its last octet and its delivery (RFC 6409 §8).
extension SMTPSession {
    /// A message that is refused for what it is.
    struct Unacceptable: Error {
        let reply: SMTPReply
    }

    /// Checks the author and makes the message lawful; the envelope's parameters follow it.
    ///
    /// - Throws: `Unacceptable`, or what the store throws.
    nonisolated(nonsending)
        func prepare(_ body: MessageBody, _ finished: inout SMTPTransaction, _ queueID: QueueID) async throws
        -> MessageBody
    {
        guard let login, let policy = context.submission else { return body }
        let desk = SubmissionDesk(
            store: context.store, directory: context.directory, hostname: context.configuration.hostname,
            headerFrom: policy.headerFrom)
        do {
            return try await desk.prepare(
                body, &finished.envelope, traceOctets: finished.traceOctets, of: login, as: queueID,
                at: context.now())
        } catch SubmissionDesk.Refusal.unlawful(let why) {
            throw Unacceptable(reply: .unlawful(why))
        } catch SubmissionDesk.Refusal.foreignAuthor(let author) {
            let what = author.map { "From: <\($0.written)>" } ?? "From"
            throw Unacceptable(reply: try await wrongSender(what, login))
        }
    }
}

extension SMTPReply {
    /// A message that nothing makes fit for the network.
    static func unlawful(_ why: String) -> SMTPReply {
        SMTPReply(
            550, EnhancedStatusCode(.permanentFailure, 6, 0), "The message cannot be sent as it is: \(why)")
    }
}
