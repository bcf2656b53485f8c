internal import IMAP
internal import MailCore

/// The messages that one FETCH is about.
struct FetchChoice: Sendable {
    /// All in the view, ascending.
    let uids: UIDSet
    /// Set where more were asked for than one command is given: those with the lowest numbers are left out (RFC 9738 §3).
    let limit: ResponseCode?

    /// - Parameter limit: messages of one command; nil where MESSAGELIMIT is not offered.
    init(
        _ request: FetchRequest, in view: IMAPSequenceView, uidNext: UInt32, limit: UInt32?
    ) throws(IMAPCompletion) {
        var uids: UIDSet
        do {
            uids = try view.resolve(request.messages, request.numbering, uidNext: uidNext)
        } catch {
            throw .bad("There is no such message")
        }
        if let partial = request.partial {
            uids = uids.numbers(at: partial.positions(in: uids.count))
            if let limit, uids.count > Int(limit) {
                throw .no("Too many messages for one command", code: .messageLimit(limit, nil))
            }
        }
        let count = uids.count
        if let limit, count > Int(limit) {
            uids = uids.numbers(at: (count - Int(limit))..<count)
            self.limit = .messageLimit(limit, uids.first)
        } else {
            self.limit = nil
        }
        self.uids = uids
    }
}
