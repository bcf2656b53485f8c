internal import Glibc
internal import MailCore

/// The octets of an address literal in the order of the network: 4 or 16.
enum IPAddressOctets {
    static func of(_ literal: Domain) -> [UInt8]? {
        let inner = literal.ascii.dropFirst().dropLast()
        if inner.lowercased().hasPrefix("ipv6:") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(inner.dropFirst(5)), &address) == 1 else { return nil }
            return withUnsafeBytes(of: address, Array.init)
        }
        var address = in_addr()
        guard inet_pton(AF_INET, String(inner), &address) == 1 else { return nil }
        return withUnsafeBytes(of: address, Array.init)
    }
}
