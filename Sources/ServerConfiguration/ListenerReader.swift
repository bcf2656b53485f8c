internal import MailCore
internal import TOMLKit

/// Reads one `[[listener]]` and holds its parts against one another.
struct ListenerReader {
    let reader: TableReader
    let folder: String

    /// The longest path that a Unix socket can have: `sun_path` with its final NUL is 108 octets on Linux.
    private static let socketPathOctetsMax = 107

    /// The listener; nil when something that it cannot do without is wrong.
    func read() -> ConfiguredListener? {
        reader.checkKeys(["protocol", "address", "port", "path", "tls", "auth_without_tls", "disable"])
        guard reader.has("protocol") else {
            let words = ConfiguredListener.ServedProtocol.allCases.map { "\"\($0.rawValue)\"" }
            reader.mistake(
                "protocol", "\(reader.named("protocol")) is missing",
                "add protocol = with one of \(words.joined(separator: ", "))")
            return nil
        }
        guard let served = reader.choice("protocol", ConfiguredListener.ServedProtocol.self) else { return nil }
        let mode = readMode(served)
        guard let place = readPlace(served, mode) else { return nil }
        let login = readLogin(served, place, mode)
        return ConfiguredListener(
            servedProtocol: served, place: place, tls: mode, authWithoutTLS: login,
            disabled: readDisabled(served), line: reader.collector.lines.line(of: reader.path))
    }

    private func readDisabled(_ served: ConfiguredListener.ServedProtocol) -> [String] {
        let names = reader.strings("disable")
        if served != .imap, reader.has("disable") {
            reader.mistake(
                "disable", "nothing can be switched off on \(served.rawValue)",
                "take disable away here; it is for imap, whose capabilities it names")
        }
        return names
    }

    private func readMode(_ served: ConfiguredListener.ServedProtocol) -> ConfiguredListener.TLSMode {
        let usual: ConfiguredListener.TLSMode = served == .lmtp || served == .http ? .none : .starttls
        let mode = reader.choice("tls", ConfiguredListener.TLSMode.self) ?? usual
        if mode == .starttls, !served.hasStartTLS {
            reader.mistake("tls", "\(served.rawValue) has no STARTTLS", "write tls = \"none\" or tls = \"implicit\"")
        }
        return mode
    }

    private func readPlace(
        _ served: ConfiguredListener.ServedProtocol, _ mode: ConfiguredListener.TLSMode
    ) -> ConfiguredListener.Place? {
        if reader.has("path") { return readSocketPath(served, mode) }
        var address: IPAddress?
        if !reader.has("address") {
            reader.mistake(
                "address", "\(reader.named("address")) is missing",
                "add address = \"0.0.0.0\" for the whole network, \"::\" for IPv6, or \"127.0.0.1\" for this machine alone"
            )
        } else if let text = reader.string("address") {
            address = IPAddress(text)
            if address == nil {
                reader.mistake(
                    "address", "\(reader.named("address")) is \"\(text)\", which is no IP address",
                    "write numbers, not a name: \"127.0.0.1\", \"0.0.0.0\", \"::1\"; the port has a key of its own")
            }
        }
        let port: Int?
        if reader.has("port") {
            port = reader.integer("port", in: 1...65535)
        } else {
            port = served.standardPort(mode)
        }
        if served == .lmtp, port == 25 {
            reader.mistake("port", "LMTP must not be served on port 25 (RFC 2033 §5)", "write port = 24 or another")
        }
        guard let address, let port else { return nil }
        return .endpoint(SocketEndpoint(address: address, port: port))
    }

    private func readSocketPath(
        _ served: ConfiguredListener.ServedProtocol, _ mode: ConfiguredListener.TLSMode
    ) -> ConfiguredListener.Place? {
        guard let written = reader.string("path") else { return nil }
        for key in ["address", "port"] where reader.has(key) {
            reader.mistake(
                key, "\(reader.named(key)) stands beside path", "keep either path or address and port")
        }
        if served != .lmtp {
            reader.mistake("path", "only lmtp can be served on a Unix socket", "write address and port instead of path")
            return nil
        }
        if mode != .none {
            reader.mistake(
                reader.has("tls") ? "tls" : "path", "TLS makes no sense on a Unix socket", "write tls = \"none\"")
        }
        let path = Configuration.absolute(written, in: folder)
        guard !written.isEmpty, path.utf8.count <= Self.socketPathOctetsMax else {
            reader.mistake(
                "path", "\(reader.named("path")) is empty or too long for a Unix socket",
                "use a path of at most \(Self.socketPathOctetsMax) octets")
            return nil
        }
        return .path(path)
    }

    private func readLogin(
        _ served: ConfiguredListener.ServedProtocol, _ place: ConfiguredListener.Place,
        _ mode: ConfiguredListener.TLSMode
    ) -> ConfiguredListener.PlaintextLogin {
        guard let login = readWrittenLogin() else { return .refused }
        if login != .refused, !served.hasLogins {
            reader.mistake(
                "auth_without_tls", "nobody logs in on \(served.rawValue)", "take auth_without_tls away here")
        }
        if served.needsLogins, mode == .none, login == .refused {
            reader.mistake(
                reader.has("auth_without_tls") ? "auth_without_tls" : "tls",
                "nobody could log in here: there is no TLS, and no password is taken without it",
                "write tls = \"starttls\" or \"implicit\"; on a loopback address, auth_without_tls = true does too")
        }
        guard login == .loopback, case .endpoint(let endpoint) = place, !endpoint.address.isLoopback else {
            return login
        }
        reader.mistake(
            "auth_without_tls",
            "auth_without_tls = true on \(endpoint.address), which is not a loopback address: "
                + "passwords could be read on the way",
            "write auth_without_tls = false and let clients use TLS; "
                + "if you know what you do, auth_without_tls = \"forced\"")
        return login
    }

    /// true, false or "forced"; nil when it is something else.
    private func readWrittenLogin() -> ConfiguredListener.PlaintextLogin? {
        guard let value = reader.table["auth_without_tls"] else { return .refused }
        if let bool = value.bool { return bool ? .loopback : .refused }
        if value.string == "forced" { return .forced }
        reader.mistake(
            "auth_without_tls", "\(reader.named("auth_without_tls")) must be true, false or \"forced\"",
            "write auth_without_tls = false")
        return nil
    }

    /// What only shows when all listeners are seen at once: places taken twice, TLS without a certificate.
    static func checkTogether(_ listeners: [ConfiguredListener], hasTLS: Bool, _ reader: TableReader) {
        for (index, listener) in listeners.enumerated() {
            if listener.tls != .none, !hasTLS {
                reader.collector.add(
                    line: listener.line,
                    "the listener for \(listener.servedProtocol.rawValue) on \(listener.place) wants TLS, "
                        + "and there is no certificate",
                    "add [tls] with certificate and key, or write tls = \"none\" here")
            }
            guard let earlier = listeners[..<index].first(where: { collide($0.place, listener.place) }) else {
                continue
            }
            let place = earlier.line.map { "line \($0)" } ?? "an earlier listener"
            reader.collector.add(
                line: listener.line,
                "\(listener.place) is taken already by \(earlier.servedProtocol.rawValue) in \(place)",
                "give one of the two another port")
        }
    }

    /// Whether the system would refuse the second.
    private static func collide(_ left: ConfiguredListener.Place, _ right: ConfiguredListener.Place) -> Bool {
        switch (left, right) {
        case (.path(let left), .path(let right)):
            return left == right
        case (.endpoint(let left), .endpoint(let right)):
            guard left.port == right.port, left.address.family == right.address.family else { return false }
            return left.address == right.address || left.address.isUnspecified || right.address.isUnspecified
        default:
            return false
        }
    }
}
