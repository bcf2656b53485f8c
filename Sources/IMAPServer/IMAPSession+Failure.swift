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
        let text = "\(error)"
        return switch error {
        case .noSuchMailbox: .no("There is no such mailbox", code: .nonExistent)
        case .mailboxExists: .no("There is such a mailbox already", code: .alreadyExists)
        case .badMailboxName, .reservedMailboxName, .inboxStays, .cannotRename, .ownerKeepsRights:
            .no(text, code: .cannot)
        case .notPermitted: .no("You may not do that", code: .noPermission)
        case .specialUseTaken, .noSuchSpecialUse: .no(text, code: .useAttribute)
        case .noSuchAccount: .no("The account is gone", code: .contactAdmin)
        case .overQuota: .no("The account is full", code: .overQuota)
        case .annotationTooLong(let most): .no(text, code: .metadataMaxSize(UInt64(max(most, 0))))
        case .tooManyAnnotations: .no(text, code: .metadataTooMany)
        case .uidsUsedUp, .tooManyKeywords, .tooManyMailboxes, .tooManySubscriptions, .tooManyAccessEntries:
            .no(text, code: .limit)
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
