/// Names and patterns of mailboxes (RFC 9051 §5.1).
extension IMAPParser {
    /// `mailbox = "INBOX" / astring`
    mutating func mailbox() throws(IMAPSyntaxError) -> MailboxName {
        try lawful(try decoded(try astring()))
    }

    /// A mailbox to be made: a separator at its end announces that names below it will come (RFC 9051 §6.3.4).
    mutating func newMailbox() throws(IMAPSyntaxError) -> MailboxName {
        var name = try decoded(try astring())
        if name.utf8.count > 1, name.utf8.last == MailboxName.separator { name.removeLast() }
        return try lawful(name)
    }

    /// A mailbox, or the empty string for the server (RFC 5464 §4.2).
    mutating func metadataSubject() throws(IMAPSyntaxError) -> MetadataSubject {
        let name = try decoded(try astring())
        return name.isEmpty ? .server : .mailbox(try lawful(name))
    }

    /// `one-or-more-mailbox = mailbox / "(" mailbox *(SP mailbox) ")"` (RFC 5465 §8)
    mutating func mailboxes() throws(IMAPSyntaxError) -> [MailboxName] {
        guard peek == UInt8(ascii: "(") else { return [try mailbox()] }
        return try list { (parser) throws(IMAPSyntaxError) in try parser.mailbox() }
    }

    /// LIST's reference: a `mailbox` that may be empty.
    mutating func reference() throws(IMAPSyntaxError) -> String { try decoded(try astring()) }

    /// `list-mailbox = 1*list-char / string`
    mutating func pattern() throws(IMAPSyntaxError) -> String {
        let plain = take(while: \.isListOctet)
        return try decoded(plain.isEmpty ? try string() : Array(plain))
    }

    /// `mbox-or-pat = list-mailbox / "(" list-mailbox *(SP list-mailbox) ")"` (RFC 5258 §6)
    mutating func patterns() throws(IMAPSyntaxError) -> [String] {
        guard offers(.listExtended), peek == UInt8(ascii: "(") else { return [try pattern()] }
        return try list { (parser) throws(IMAPSyntaxError) in try parser.pattern() }
    }

    private func decoded(_ spelling: [UInt8]) throws(IMAPSyntaxError) -> String {
        guard let name = grammar.mailboxNames.decode(spelling), name.utf8.count <= limits.mailboxNameOctetsMax else {
            throw .invalidMailboxName
        }
        return name
    }

    private func lawful(_ name: String) throws(IMAPSyntaxError) -> MailboxName {
        guard let mailbox = MailboxName(name) else { throw .invalidMailboxName }
        return mailbox
    }
}
