internal import IMAP
internal import Logging
internal import MailStore
internal import ServerRuntime
internal import Storage

extension IMAPSession {
    /// How a command ends that met an error; what is not the client's doing is logged.
    func completion(of error: any Error, in doing: String) -> IMAPCompletion {
        switch error {
        case let completion as IMAPCompletion: return completion
        case is ReplyWriterError: return .no("The connection is lost")
        case let error as MailStoreError: return completion(of: error)
        case let error as StorageError where error.code == .diskFull:
            logFailure(error, doing)
            return .no("The server's disk is full", code: .unavailable)
        default:
            logFailure(error, doing)
            return .no("That is not possible now, try again later", code: .unavailable)
        }
    }

    private func completion(of error: MailStoreError) -> IMAPCompletion {
        switch error {
        case .noSuchMailbox: .no("There is no such mailbox", code: .nonExistent)
        case .mailboxExists: .no("There is such a mailbox already", code: .alreadyExists)
        case .badMailboxName: .no("That cannot be a mailbox's name", code: .cannot)
        case .noSuchAccount: .no("The account is gone", code: .contactAdmin)
        case .uidsUsedUp: .no("The mailbox has no number left for another message", code: .limit)
        }
    }

    /// What a client is told that may not do something with a mailbox.
    func completion(of refusal: AccessibleMailbox.Refusal) -> IMAPCompletion {
        switch refusal {
        case .nonExistent: .no("There is no such mailbox", code: .nonExistent)
        case .noPermission: .no("You may not do that", code: .noPermission)
        }
    }

    private func logFailure(_ error: any Error, _ doing: String) {
        context.logger.log(
            level: Task.isCancelled ? .debug : .error, "\(doing) failed",
            metadata: ["session": "\(info.id)", "error": "\(error)"])
    }
}
