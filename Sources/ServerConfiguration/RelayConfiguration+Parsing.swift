internal import MailCore

extension RelayConfiguration {
    /// Reads `smtp://user:password@host:port` or `smtps://…`; user and password percent-encoded (RFC 3986 §2.1).
    ///
    /// - Returns: nil when it is not written so.
    package init?(url: String) {
        let rest: Substring
        if url.lowercased().hasPrefix("smtp://") {
            tls = .starttls
            rest = url.dropFirst("smtp://".count)
        } else if url.lowercased().hasPrefix("smtps://") {
            tls = .implicit
            rest = url.dropFirst("smtps://".count)
        } else {
            return nil
        }
        var hostAndPort = rest
        if hostAndPort.hasSuffix("/") { hostAndPort = hostAndPort.dropLast() }
        var credentials: Credentials?
        if let at = hostAndPort.lastIndex(of: "@") {
            let parts = hostAndPort[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let user = Self.decoded(parts[0]), let password = Self.decoded(parts[1]),
                !user.isEmpty
            else { return nil }
            credentials = Credentials(user: user, password: password)
            hostAndPort = hostAndPort[hostAndPort.index(after: at)...]
        }
        let standardPort = tls == .implicit ? 465 : 587
        if let endpoint = SocketEndpoint(String(hostAndPort), defaultPort: standardPort) {
            host = endpoint.address.text
            port = endpoint.port
        } else {
            let parts = hostAndPort.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, let name = Domain(parts[0]), !name.isAddressLiteral else { return nil }
            host = name.ascii
            if parts.count == 2 {
                guard let number = Int(parts[1]), (1...65535).contains(number) else { return nil }
                port = number
            } else {
                port = standardPort
            }
        }
        self.credentials = credentials
    }

    private static func decoded(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            octets.append(value)
        }
        return String(validating: octets, as: UTF8.self)
    }
}
