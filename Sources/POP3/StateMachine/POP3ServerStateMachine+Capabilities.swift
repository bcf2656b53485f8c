import SASL

/// CAPA and LANG (RFC 2449 §5, RFC 6856 §3).
extension POP3ServerStateMachine {
    /// What the client can use from here on. Ways to log in are announced where they would be taken, STLS where it is
    /// permitted (RFC 2595 §4).
    var capabilities: POP3Reply {
        var lines = ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER", "UTF8 USER", "LANG"]
        if mayLogIn {
            lines.append("USER")
            lines.append("SASL " + mechanisms.map(\.rawValue).joined(separator: " "))
        }
        if let seconds = configuration.loginDelaySeconds { lines.append("LOGIN-DELAY \(seconds)") }
        if case .authorization = state, tls == .available, encoding == .ascii { lines.append("STLS") }
        lines.append("IMPLEMENTATION \(configuration.implementation)")
        return .ok("Capability list follows", lines: lines)
    }

    /// We speak one language; nil for a range that does not hold it.
    func language(_ range: String?) -> POP3Reply? {
        guard let range else { return .ok("Language listing follows:", lines: ["en English"]) }
        return ["*", "en", "i-default"].contains(range.lowercased()) ? .ok("en Language changed") : nil
    }
}
