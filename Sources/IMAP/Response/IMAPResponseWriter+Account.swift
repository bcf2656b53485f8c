package import MailCore

/// Responses about the account, rights, quotas, annotations and the server.
extension IMAPResponseWriter {
    /// `* NAMESPACE (("" "/")) (("Other Users/" "/")) NIL`
    package mutating func namespace(_ namespaces: Namespaces) {
        raw("* NAMESPACE")
        for prefixes in [namespaces.personal, namespaces.others, namespaces.shared] {
            space()
            guard !prefixes.isEmpty else {
                raw("NIL")
                continue
            }
            raw(UInt8(ascii: "("))
            for prefix in prefixes {
                raw(UInt8(ascii: "("))
                let spelling =
                    dialect.mailboxNames == .utf8
                    ? prefix : String(decoding: ModifiedUTF7.encode(prefix), as: UTF8.self)
                string(spelling)
                raw(" \"/\")")
            }
            raw(UInt8(ascii: ")"))
        }
        endLine()
    }

    /// `* ID ("name" "Paloma")`, or `NIL`
    package mutating func identification(_ identification: Identification) {
        raw("* ID ")
        if identification.fields.isEmpty {
            raw("NIL")
        } else {
            for (position, field) in identification.fields.enumerated() {
                raw(position == 0 ? UInt8(ascii: "(") : UInt8(ascii: " "))
                string(field.name)
                space()
                nstring(field.value)
            }
            raw(UInt8(ascii: ")"))
        }
        endLine()
    }

    /// `* LANGUAGE (EN)` (RFC 5255 §3.3)
    package mutating func languages(_ tags: [String]) {
        raw("* LANGUAGE (")
        for (position, tag) in tags.enumerated() {
            if position > 0 { space() }
            astring(tag)
        }
        raw(")\r\n")
    }

    /// `* JMAPACCESS "https://…"` (RFC 9698 §3)
    package mutating func jmapAccess(_ url: String) {
        raw("* JMAPACCESS ")
        string(url)
        endLine()
    }

    // MARK: Rights (RFC 4314 §3.6 to §3.8)

    /// `* ACL INBOX fred rwipslda`
    package mutating func acl(_ mailbox: MailboxName, _ list: [(identifier: AccessIdentifier, rights: AccessRights)]) {
        raw("* ACL ")
        self.mailbox(mailbox)
        for (identifier, rights) in list {
            space()
            self.identifier(identifier)
            space()
            self.rights(rights)
        }
        endLine()
    }

    /// `* LISTRIGHTS ~/Mail/saved smith la r s w i k x t e c d`: what the identifier always has, then what can be given,
    /// each word together. The obsolete `c` and `d` stand with the rights that their members are tied to, or alone
    /// (RFC 4314 §2.1.1).
    package mutating func listRights(
        _ mailbox: MailboxName, _ identifier: AccessIdentifier, always: AccessRights, grantable: [AccessRights]
    ) {
        raw("* LISTRIGHTS ")
        self.mailbox(mailbox)
        space()
        self.identifier(identifier)
        space()
        let groups = [always] + grantable
        let places = AccessRights.obsolete.map { $0.place(in: groups) }
        for (position, group) in groups.enumerated() {
            if position > 0 { space() }
            if group.isEmpty { raw("\"\"") }
            letters(group)
            for (obsolete, place) in zip(AccessRights.obsolete, places) where place == .within(position) {
                raw(obsolete.letter)
            }
        }
        for (obsolete, place) in zip(AccessRights.obsolete, places) where place == .alone {
            space()
            raw(obsolete.letter)
        }
        endLine()
    }

    /// `* MYRIGHTS INBOX rwiptsldaex`
    package mutating func myRights(_ mailbox: MailboxName, _ rights: AccessRights) {
        raw("* MYRIGHTS ")
        self.mailbox(mailbox)
        space()
        self.rights(rights)
        endLine()
    }

    private mutating func identifier(_ identifier: AccessIdentifier) {
        astring(identifier.isNegative ? "-" + identifier.text : identifier.text)
    }

    /// With `c` and `d` for clients of RFC 2086, where any of their members is there (RFC 4314 §2.1.1).
    private mutating func rights(_ rights: AccessRights) {
        guard !rights.isEmpty else { return raw("\"\"") }
        letters(rights)
        for obsolete in AccessRights.obsolete where !rights.isDisjoint(with: obsolete.members) { raw(obsolete.letter) }
    }

    private mutating func letters(_ rights: AccessRights) {
        for (right, letter) in AccessRights.letters where rights.contains(right) { raw(letter) }
    }

    // MARK: Quotas (RFC 9208 §4.2)

    /// `* QUOTA "" (STORAGE 10 512)`
    package mutating func quota(root: String, _ usages: [QuotaUsage]) {
        raw("* QUOTA ")
        string(root)
        raw(" (")
        for (position, usage) in usages.enumerated() {
            if position > 0 { space() }
            raw(usage.resource.name)
            space()
            number(usage.usage)
            space()
            number(usage.limit)
        }
        raw(")\r\n")
    }

    /// `* QUOTAROOT INBOX ""`
    package mutating func quotaRoot(_ mailbox: MailboxName, roots: [String]) {
        raw("* QUOTAROOT ")
        self.mailbox(mailbox)
        for root in roots {
            space()
            string(root)
        }
        endLine()
    }

    // MARK: Annotations (RFC 5464 §4.4)

    /// `* METADATA INBOX (/shared/comment "…")`
    package mutating func metadata(_ subject: MetadataSubject, _ values: [MetadataValue]) {
        raw("* METADATA ")
        self.subject(subject)
        raw(" (")
        for (position, value) in values.enumerated() {
            if position > 0 { space() }
            astring(value.name.text)
            space()
            if let octets = value.value { string(octets) } else { raw("NIL") }
        }
        raw(")\r\n")
    }

    /// `* METADATA INBOX /shared/comment`: these have changed.
    package mutating func metadataChanged(_ subject: MetadataSubject, _ names: [MetadataEntryName]) {
        raw("* METADATA ")
        self.subject(subject)
        for name in names {
            space()
            astring(name.text)
        }
        endLine()
    }

    private mutating func subject(_ subject: MetadataSubject) {
        switch subject {
        case .server: raw("\"\"")
        case .mailbox(let name): mailbox(name)
        }
    }
}
