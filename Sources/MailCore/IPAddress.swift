internal import Glibc

/// An IPv4 or IPv6 address in its normal form.
package struct IPAddress: Hashable, Sendable {
    /// IPv4 or IPv6.
    package enum Family: Hashable, Sendable {
        /// Four octets.
        case v4
        /// Sixteen octets.
        case v6
    }

    /// Which of the two.
    package let family: Family
    /// In network order: 4 or 16.
    package let octets: [UInt8]
    /// As the C library writes it, without brackets.
    package let text: String

    /// Reads `192.0.2.1` or `2001:db8::1`; no names, no brackets, no scope.
    package init?(_ text: some StringProtocol) {
        let written = String(text)
        guard !written.utf8.contains(0) else { return nil }
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, written, &octets) == 1 {
            self.init(octets: Array(octets.prefix(4)))
        } else if inet_pton(AF_INET6, written, &octets) == 1 {
            self.init(octets: octets)
        } else {
            return nil
        }
    }

    /// From 4 or 16 octets in network order; nil when they are more or fewer.
    package init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        var output = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family: Family = octets.count == 4 ? .v4 : .v6
        guard inet_ntop(family == .v4 ? AF_INET : AF_INET6, octets, &output, socklen_t(INET6_ADDRSTRLEN)) != nil else {
            return nil
        }
        self.family = family
        self.octets = octets
        self.text = String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether only this machine can reach it: 127.0.0.0/8 and ::1 (RFC 6890 §2.2), also when mapped.
    package var isLoopback: Bool {
        switch family {
        case .v4: octets[0] == 127
        case .v6:
            octets == [UInt8](repeating: 0, count: 15) + [1]
                || (octets.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] && octets[12] == 127)
        }
    }

    /// Whether it stands for every address of the machine: `0.0.0.0` or `::`.
    package var isUnspecified: Bool { octets.allSatisfy { $0 == 0 } }
}

extension IPAddress: CustomStringConvertible {
    /// The normal form.
    package var description: String { text }
}
