/// An annotation's name (RFC 5464 §4): `/private/comment`. Compared without case.
package struct MetadataEntryName: Hashable, Sendable {
    /// Lower case, begins with `/private` or `/shared`.
    package let text: String

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

/// GETMETADATA (RFC 5464 §4.2).
package struct GetMetadataRequest: Hashable, Sendable {
    /// How many levels below an entry are told, too.
    package enum Depth: Hashable, Sendable {
        case entry
        case children
        case infinity
    }

    /// Whose.
    package let subject: MetadataSubject
    /// Which; one at least.
    package let entries: [MetadataEntryName]
    /// Longer values are left out.
    package let sizeOctetsMax: UInt64?
    /// How many levels below.
    package let depth: Depth
}

/// SETMETADATA (RFC 5464 §4.3).
package struct SetMetadataRequest: Hashable, Sendable {
    /// One entry's new value.
    package struct Entry: Hashable, Sendable {
        /// Which.
        package let name: MetadataEntryName
        /// Nil removes it.
        package let value: [UInt8]?
    }

    /// Whose.
    package let subject: MetadataSubject
    /// One at least.
    package let entries: [Entry]
}
