internal import IMAP
internal import MailCore
internal import ServerRuntime

/// UIDBATCHES (RFC 10022): the mailbox cut into ranges of UIDs that hold so many messages each.
extension IMAPSession {
    func uidBatches(_ request: BatchesRequest, _ tag: CommandTag, _ replies: ReplyWriter) -> IMAPCompletion {
        guard let mailbox = selected else { return .bad("Select a mailbox first") }
        guard request.size > 0 else { return .bad("A batch has one message at least") }
        let wanted = request.batches ?? 1...UInt32.max
        var batches: [ClosedRange<UInt32>] = []
        // From the newest down; each reaches to just above the next, so that no UID is between them.
        var position: UInt32 = 0
        var upper = mailbox.view.count
        while upper > 0, position < wanted.upperBound {
            position += 1
            let lower = upper > request.size ? upper - request.size + 1 : 1
            if position >= wanted.lowerBound, let first = mailbox.view.uid(at: SequenceNumber(rawValue: lower)),
                let last = mailbox.view.uid(at: SequenceNumber(rawValue: upper))
            {
                batches.append(first.rawValue...last.rawValue)
            }
            upper = lower - 1
        }
        respond(replies) { $0.uidBatches(batches, tag: tag) }
        return .ok()
    }
}
