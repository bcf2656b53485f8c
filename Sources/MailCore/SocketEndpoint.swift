/// An IP address with a port.
package struct SocketEndpoint: Hashable, Sendable {
    /// The address.
    package let address: IPAddress
    /// From 1 to 65535, or 0 for any that is free.
    package let port: Int

    /// Puts the two together.
    package init(address: IPAddress, port: Int) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`.
    package init?(_ text: String, defaultPort: Int) {
        if let address = IPAddress(text) {
            self.init(address: address, port: defaultPort)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        guard let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard let address = IPAddress(host), address.family == .v6 else { return nil }
            self.init(address: address, port: port)
        } else {
            guard let address = IPAddress(host), address.family == .v4 else { return nil }
            self.init(address: address, port: port)
        }
    }
}

extension SocketEndpoint: CustomStringConvertible {
    /// `192.0.2.1:53` or `[2001:db8::1]:53`.
    package var description: String {
        address.family == .v4 ? "\(address.text):\(port)" : "[\(address.text)]:\(port)"
    }
}
