internal import InternetMessage
internal import JSON
@_spi(_Unicode) internal import Swift

/// The value of one header field in the forms of RFC 8621 §4.1.2.
struct HeaderValue {
    /// Behind the colon, with its folding, without the last line end.
    private let octets: ArraySlice<UInt8>

    /// Addresses or ids of one field that are told.
    private static let itemsMax = 10_000

    /// - Parameter octets: behind the colon, up to the line end or with it.
    init(_ octets: ArraySlice<UInt8>) {
        var octets = octets
        if octets.last == 0x0a { octets.removeLast() }
        if octets.last == 0x0d { octets.removeLast() }
        self.octets = octets
    }

    func json(_ form: HeaderProperty.Form) -> JSONValue {
        switch form {
        case .raw: .string(raw)
        case .text: .string(text)
        case .addresses: Self.addresses(AddressListParser.parse(octets, limit: Self.itemsMax))
        case .groupedAddresses: Self.groups(AddressListParser.parse(octets, limit: Self.itemsMax))
        case .messageIDs: messageIDs
        case .date: MailDate(parsing: octets).map { .string(JMAPDate.local($0)) } ?? .null
        case .urls: urls
        }
    }

    /// Octets that are no UTF-8 become U+FFFD.
    var raw: String { String(decoding: octets.filter { $0 != 0 }, as: UTF8.self) }

    private var text: String { Self.composed(HeaderText.decode(unstructured: octets)) }

    /// In Unicode's normalization form C.
    static func composed(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text._nfc)
        return String(scalars)
    }

    private var messageIDs: JSONValue {
        let ids = InternetMessageID.list(octets, limit: Self.itemsMax)
        return ids.isEmpty ? .null : .array(ids.map { .string($0.text) })
    }

    /// `"<" URI ">"`, comments around it left out (RFC 2369 §2).
    private var urls: JSONValue {
        var urls: [JSONValue] = []
        var depth = 0
        var url: [UInt8]?
        for octet in HeaderText.unfold(octets) {
            switch octet {
            case UInt8(ascii: ">"):
                if let url, !url.isEmpty { urls.append(.string(String(decoding: url, as: UTF8.self))) }
                url = nil
            case _ where url != nil: if octet != 0x20, octet != 0x09 { url?.append(octet) }
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth = max(0, depth - 1)
            case UInt8(ascii: "<") where depth == 0: url = []
            default: break
            }
        }
        return urls.isEmpty ? .null : .array(urls)
    }

    /// `EmailAddress[]`
    static func addresses(_ items: [AddressListItem]) -> JSONValue {
        .array(
            items.compactMap { item in
                guard case .address(let address) = item else { return nil }
                return object(address)
            })
    }

    /// `EmailAddressGroup[]`
    static func groups(_ items: [AddressListItem]) -> JSONValue {
        var groups: [JSONValue] = []
        var name: JSONValue = .null
        var members: [JSONValue] = []
        var isInGroup = false
        func end() {
            if isInGroup || !members.isEmpty { groups.append(.object(["name": name, "addresses": .array(members)])) }
            (name, members, isInGroup) = (.null, [], false)
        }
        for item in items {
            switch item {
            case .address(let address): members.append(object(address))
            case .groupStart(let group):
                end()
                isInGroup = true
                name = .string(composed(HeaderText.decode(phrase: group[...])))
            case .groupEnd: end()
            }
        }
        end()
        return .array(groups)
    }

    private static func object(_ address: HeaderAddress) -> JSONValue {
        .object([
            "name": address.displayText.map { .string(composed($0)) } ?? .null,
            "email": .string(address.addressText),
        ])
    }
}
