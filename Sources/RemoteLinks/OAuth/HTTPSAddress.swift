/// An address of HTTPS (RFC 9110 §4.2.2): `https://host[:port]/path[?query]`.
package struct HTTPSAddress: Sendable, Hashable {
    /// A name or an address.
    package let host: String
    /// TCP.
    package let port: Int
    /// What stands in the request line.
    package let target: String

    /// Reads one in ASCII, without user and fragment; nil for anything else.
    package init?(_ text: String) {
        let scheme = "https://"
        guard text.lowercased().hasPrefix(scheme), text.utf8.count <= 2000,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("#")
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest.dropFirst(authority.count)
        guard !authority.contains("@") else { return nil }
        let hostPart: Substring
        let portPart: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            hostPart = authority[authority.index(after: authority.startIndex)..<end]
            portPart = authority[authority.index(after: end)...]
        } else {
            hostPart = authority.prefix { $0 != ":" }
            portPart = authority.dropFirst(hostPart.count)
        }
        guard !hostPart.isEmpty else { return nil }
        if portPart.isEmpty {
            port = 443
        } else {
            guard portPart.hasPrefix(":"), let number = Int(portPart.dropFirst()), (1...65_535).contains(number) else {
                return nil
            }
            port = number
        }
        host = String(hostPart)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    /// As the field Host has it.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 443 ? name : "\(name):\(port)"
    }
}
