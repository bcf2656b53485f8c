public import MailCore

/// What a domain wants of those who send to it, from `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (RFC 8461 §3.2).
public struct MTASTSPolicy: Sendable, Hashable {
    /// What happens to mail for a host without valid TLS or outside of the patterns.
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is not sent.
        case enforce
        /// It is sent, and reported where reports are wanted.
        case testing
        /// It is sent: there is no policy any more.
        case none
    }

    /// Why a text is no policy.
    public enum Fault: Error, Sendable, Hashable {
        /// Larger than the limit.
        case tooLarge
        /// Not UTF-8, or a line that is no `key: value`.
        case syntax
        /// Not of version STSv1.
        case version
        /// This key is missing, or its value is none.
        case bad(String)
    }

    /// What happens.
    public let mode: Mode
    /// The hosts; none only when the mode is `none`.
    public let patterns: [MXPattern]
    /// How long the policy may be kept, in seconds.
    public let maxAgeSeconds: Int64

    /// The longest time (RFC 8461 §3.2): about a year.
    public static let maxAgeSecondsMax: Int64 = 31_557_600

    /// A policy.
    public init(mode: Mode, patterns: [MXPattern], maxAgeSeconds: Int64) {
        self.mode = mode
        self.patterns = patterns
        self.maxAgeSeconds = min(max(0, maxAgeSeconds), MTASTSPolicy.maxAgeSecondsMax)
    }

    /// Reads a policy; lines may end with CRLF or LF. Of a key that occurs twice the first counts, but for `mx`;
    /// unknown keys are passed over (RFC 8461 §3.2).
    public init(
        _ octets: [UInt8], limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) throws(Fault) {
        guard octets.count <= limits.policyOctetsMax else { throw .tooLarge }
        guard String(validating: octets, as: UTF8.self) != nil else { throw .syntax }
        var values: [String: String] = [:]
        var patterns: [MXPattern] = []
        for line in octets.split(separator: 0x0A) {
            let line = line.withoutFoldingWhiteSpaceAround
            guard !line.isEmpty else { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .syntax }
            let key = String(decoding: line[..<colon].withoutFoldingWhiteSpaceAround, as: UTF8.self)
            let value = String(decoding: line[(colon + 1)...].withoutFoldingWhiteSpaceAround, as: UTF8.self)
            if key == "mx" {
                guard patterns.count < limits.policyPatternsMax, let pattern = MXPattern(value) else { throw .bad(key) }
                patterns.append(pattern)
            } else if values[key] == nil {
                values[key] = value
            }
        }
        guard values["version"] == "STSv1" else { throw .version }
        guard let mode = values["mode"].flatMap({ Mode(rawValue: $0) }) else { throw .bad("mode") }
        guard let text = values["max_age"], text.utf8.count <= 10, let maxAge = text.decimalNumber else {
            throw .bad("max_age")
        }
        guard mode == .none || !patterns.isEmpty else { throw .bad("mx") }
        self.init(mode: mode, patterns: patterns, maxAgeSeconds: maxAge)
    }

    /// Whether mail may go to this host as far as its name is concerned (RFC 8461 §4.1).
    public func allows(_ host: Domain) -> Bool { mode == .none || patterns.contains { $0.matches(host) } }

    /// The policy's text, to be published; lines end with CRLF.
    public var text: String {
        var lines = ["version: STSv1", "mode: \(mode.rawValue)"]
        lines += patterns.map { "mx: \($0)" }
        lines.append("max_age: \(maxAgeSeconds)")
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Where a domain's policy is read from (RFC 8461 §3.3): without redirects, with a valid certificate of that host.
    public static func address(for domain: Domain) -> String {
        "https://mta-sts.\(domain.ascii)/.well-known/mta-sts.txt"
    }
}
