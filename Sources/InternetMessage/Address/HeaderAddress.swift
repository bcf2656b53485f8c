/// One entry of an address field (RFC 5322 §3.4), octets as they came: quoting and comments are gone, encoded words
/// are not decoded.
package struct HeaderAddress: Sendable, Hashable {
    /// The display name; a comment behind an address without one counts as such. Nil when there is none.
    package let displayName: [UInt8]?
    /// The obsolete source route, `@a,@b` (RFC 5322 §4.4).
    package let route: [UInt8]?
    /// Before the `@`, quotes taken off. Empty when there is none.
    package let localPart: [UInt8]
    /// Behind the `@`; a domain literal has its brackets. Empty when there is none.
    package let domain: [UInt8]

    /// `local@domain` as text, the local part without quotes; the local part alone when there is no domain.
    package var addressText: String {
        let text = domain.isEmpty ? localPart : localPart + [ASCII.at] + domain
        return Charset.guess(text[...])
    }

    /// The display name as text, encoded words decoded.
    package var displayText: String? {
        displayName.map { HeaderText.decode(unstructured: $0[...]) }
    }
}

extension HeaderAddress: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String { "HeaderAddress(\(localPart.count)@\(domain.count) octets)" }
}

/// What an address field is made of, in order. Groups are markers around their members, as IMAP has them
/// (RFC 9051 §7.5.2): a list of any length needs no recursion.
package enum AddressListItem: Sendable, Hashable {
    case address(HeaderAddress)
    /// `name:`
    case groupStart([UInt8])
    /// `;`, or the end of the field when it was forgotten.
    case groupEnd
}

extension AddressListItem: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .groupStart(let name): "groupStart(\(name.count) octets)"
        case .groupEnd: "groupEnd"
        }
    }
}
