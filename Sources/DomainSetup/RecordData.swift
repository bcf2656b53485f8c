package import MailCore
internal import SenderAuthentication

/// What a record of the DNS says.
package enum RecordData: Sendable, Hashable {
    /// Where mail goes.
    case mx(preference: Int, host: Domain)
    /// The address of a host, A or AAAA.
    case address(IPAddress)
    /// The address of this server, which nobody has said.
    case unnamedAddress
    /// The name of an address.
    case ptr(of: IPAddress, host: Domain)
    /// Text, of any length.
    case txt(String)
    /// Where a service is.
    case srv(priority: Int, weight: Int, port: Int, target: Domain)

    /// `MX`, `TXT` and so on.
    package var type: String {
        switch self {
        case .mx: "MX"
        case .address(let address): address.family == .v4 ? "A" : "AAAA"
        case .unnamedAddress: "A"
        case .ptr: "PTR"
        case .txt: "TXT"
        case .srv: "SRV"
        }
    }

    /// The value for people and for the forms of registrars: a text is whole and without quotes.
    package var value: String {
        if case .txt(let text) = self { return text }
        return zoneFileValue
    }

    /// The value in a zone file (RFC 1035 §5.1), texts in strings of 255 octets.
    package var zoneFileValue: String {
        switch self {
        case .mx(let preference, let host): "\(preference) \(host.ascii)."
        case .address(let address): address.text
        case .unnamedAddress: "(the public address of this server, or AAAA)"
        case .ptr(_, let host): "\(host.ascii)."
        case .txt(let text): CharacterStrings.zoneFileText(text)
        case .srv(let priority, let weight, let port, let target): "\(priority) \(weight) \(port) \(target.ascii)."
        }
    }
}
