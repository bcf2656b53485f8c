/// An annotation's name (RFC 5464 §4): `/private/comment`. Compared without case.
package struct MetadataEntryName: Hashable, Sendable {
    /// Lower case, begins with `/private` or `/shared`.
    package let text: String

    /// What a mailbox is for (RFC 6154 §4).
    package static let specialUse = MetadataEntryName(lawful: "/private/specialuse")

    private init(lawful text: String) { self.text = text }

    /// Nil for what is no lawful name: no scope, an empty level, wildcards, control or 8-bit characters.
    package init?(_ octets: [UInt8]) {
        guard octets.allSatisfy({ $0 > 0x1F && $0 < 0x7F && !Array("*%".utf8).contains($0) }) else { return nil }
        let lowered = String(decoding: octets, as: UTF8.self).lowercased()
        let levels = lowered.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard levels.count >= 2, levels[0].isEmpty, levels.dropFirst().allSatisfy({ !$0.isEmpty }) else { return nil }
        guard levels[1].elementsEqual("private".utf8) || levels[1].elementsEqual("shared".utf8) else { return nil }
        text = lowered
    }
}

/// What annotations belong to.
package enum MetadataSubject: Hashable, Sendable {
    /// The empty mailbox name.
    case server
    case mailbox(MailboxName)
}
