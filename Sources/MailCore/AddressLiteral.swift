internal import Glibc

/// An IP address in brackets where a domain may stand (RFC 5321 §4.1.3).
public struct AddressLiteral: Hashable, Sendable {
    /// The normal form with its brackets: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
    public let text: String

    /// Reads `[192.0.2.1]` or `[IPv6:…]`; a General-address-literal has no meaning here and is refused.
    public init?(_ text: String) {
        guard text.utf8.count <= 64, text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let inner = String(text.dropFirst().dropLast())
        guard !inner.utf8.contains(0) else { return nil }
        if inner.utf8.count > 5, inner.prefix(5).lowercased() == "ipv6:" {
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(inner.dropFirst(5)), &address) == 1 else { return nil }
            var output = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(AF_INET6, &address, &output, socklen_t(INET6_ADDRSTRLEN)) != nil else { return nil }
            self.text =
                "[IPv6:\(String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))]"
        } else {
            var address = in_addr()
            guard inet_pton(AF_INET, inner, &address) == 1 else { return nil }
            self.text = text
        }
    }
}
