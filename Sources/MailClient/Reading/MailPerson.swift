internal import IMAP
package import InternetMessage
internal import MailCore

/// Somebody in a header: a name, an address, or both.
package struct MailPerson: Sendable, Hashable {
    package var name: String?
    /// `local@domain`; empty where only a name is there.
    package var address: String

    package init(name: String?, address: String) {
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
        self.address = address
    }

    init(_ address: IMAPEnvelopeAddress) {
        let local = String(decoding: address.mailbox, as: UTF8.self)
        let host = String(decoding: address.host, as: UTF8.self)
        self.init(
            name: address.name.map { HeaderText.decode(unstructured: $0[...]) },
            address: host.isEmpty ? local : "\(local)@\(host)")
    }

    package init(_ address: HeaderAddress) {
        self.init(name: address.displayText, address: address.addressText)
    }

    /// What a list shows: the name, or the address.
    package var label: String { name ?? address }

    /// `Ana <ana@example.org>`, for people.
    package var text: String { name.map { "\($0) <\(address)>" } ?? address }

    /// For a message that is written; nil for an address that none can be sent to.
    package var named: MessageBuilder.NamedAddress? {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count >= 2, let domain = parts.last.flatMap({ Domain($0) }),
            let local = LocalPart(unquoted: parts.dropLast().joined(separator: "@"))
        else { return nil }
        return MessageBuilder.NamedAddress(name: name, address: EmailAddress(localPart: local, domain: domain))
    }

    /// The people of an address list as somebody writes it.
    package static func list(_ text: String) -> [MailPerson] {
        AddressListParser.parse(Array(text.utf8)[...], limit: 10_000).compactMap { item in
            guard case .address(let address) = item else { return nil }
            return MailPerson(address)
        }
    }
}
