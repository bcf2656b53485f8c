/// `command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF`
extension IMAPParser {
    /// `tag = 1*<any ASTRING-CHAR except "+">`, and the space behind it; nil where there is none
    mutating func tag() -> CommandTag? {
        let octets = take(while: \.isTagOctet)
        guard let tag = CommandTag(octets), take(UInt8(ascii: " ")) else { return nil }
        return tag
    }

    /// What is behind the tag, to the end.
    mutating func command() throws(IMAPSyntaxError) -> IMAPCommand {
        let command = take(word: "UID") ? try uidCommand() : try namedCommand(try word())
        try end()
        return command
    }

    private mutating func namedCommand(_ name: String) throws(IMAPSyntaxError) -> IMAPCommand {
        switch name {
        case "CAPABILITY": return .capability
        case "NOOP": return .noop
        case "LOGOUT": return .logout
        case "STARTTLS": return .startTLS
        case "LOGIN": return try login()
        case "AUTHENTICATE": return try authenticate()
        case "NAMESPACE" where offers(.namespace): return .namespace
        case "IDLE" where offers(.idle): return .idle
        case "CHECK" where offers(.imap4rev1): return .check
        case "CLOSE": return .close
        case "UNSELECT" where offers(.unselect): return .unselect
        case "EXPUNGE": return .expunge(nil)
        case "ID" where offers(.id): return try identification()
        case "ENABLE" where offers(.enable): return try enable()
        case "LANGUAGE" where offers(.language): return try language()
        case "COMPRESS" where offers(.compressDeflate): return try compress()
        case "UNAUTHENTICATE" where offers(.unauthenticate): return .unauthenticate
        case "GETJMAPACCESS" where offers(.jmapAccess): return .jmapAccess
        default:
            if let command = try mailboxCommand(name) { return command }
            if let command = try accountCommand(name) { return command }
            return try messageCommand(name, .sequenceNumbers)
        }
    }

    private mutating func mailboxCommand(_ name: String) throws(IMAPSyntaxError) -> IMAPCommand? {
        switch name {
        case "SELECT": return try select(.readWrite)
        case "EXAMINE": return try select(.readOnly)
        case "CREATE": return try create()
        case "DELETE": return .delete(try onlyMailbox())
        case "RENAME": return try rename()
        case "SUBSCRIBE": return .subscribe(try onlyMailbox())
        case "UNSUBSCRIBE": return .unsubscribe(try onlyMailbox())
        case "LIST": return try list()
        case "LSUB" where offers(.imap4rev1): return try lsub()
        case "STATUS": return try status()
        default: return nil
        }
    }

    private mutating func accountCommand(_ name: String) throws(IMAPSyntaxError) -> IMAPCommand? {
        switch name {
        case "GETACL" where offers(.acl): return .getACL(try onlyMailbox())
        case "SETACL" where offers(.acl): return try setACL()
        case "DELETEACL" where offers(.acl):
            let (mailbox, identifier) = try mailboxAndIdentifier()
            return .deleteACL(mailbox, identifier)
        case "LISTRIGHTS" where offers(.acl):
            let (mailbox, identifier) = try mailboxAndIdentifier()
            return .listRights(mailbox, identifier)
        case "MYRIGHTS" where offers(.acl): return .myRights(try onlyMailbox())
        case "GETQUOTA" where offers(.quota): return try getQuota()
        case "GETQUOTAROOT" where offers(.quota): return .getQuotaRoot(try onlyMailbox())
        case "SETQUOTA" where offers(.quotaSet): return try setQuota()
        case "GETMETADATA" where offers(.metadata) || offers(.metadataServer): return try getMetadata()
        case "SETMETADATA" where offers(.metadata) || offers(.metadataServer): return try setMetadata()
        case "NOTIFY" where offers(.notify): return try notify()
        case "ESEARCH" where offers(.multiSearch): return try multiSearch()
        case "UIDBATCHES" where offers(.uidBatches): return try uidBatches()
        case "CANCELUPDATE" where offers(.contextSearch) || offers(.contextSort): return try cancelUpdate()
        default: return nil
        }
    }

    /// `uid = "UID" SP (copy / move / fetch / search / store / uid-expunge)`, and SORT and THREAD (RFC 5256 §5)
    private mutating func uidCommand() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let name = try word()
        // RFC 7377 §2.1 says it so in its examples; the answer has UIDs in any case.
        if name == "ESEARCH", offers(.multiSearch) { return try multiSearch() }
        guard name == "EXPUNGE", offers(.uidPlus) else { return try messageCommand(name, .uids) }
        try space()
        return .expunge(try sequenceSet())
    }

    private mutating func messageCommand(
        _ name: String, _ numbering: MessageNumbering
    ) throws(IMAPSyntaxError) -> IMAPCommand {
        switch name {
        case "FETCH": return try fetch(numbering)
        case "STORE": return try store(numbering)
        case "SEARCH": return try search(numbering)
        case "COPY": return .copy(try copy(numbering))
        case "MOVE" where offers(.move): return .move(try copy(numbering))
        case "SORT" where offers(.sort): return try sort(numbering)
        case "THREAD" where offers(.threadReferences) || offers(.threadOrderedSubject): return try thread(numbering)
        default: throw .unknownCommand
        }
    }

    /// `SP mailbox`
    private mutating func onlyMailbox() throws(IMAPSyntaxError) -> MailboxName {
        try space()
        return try mailbox()
    }
}
