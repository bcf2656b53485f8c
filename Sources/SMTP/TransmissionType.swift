/// How a message came in: the keyword behind `with` in its Received field (RFC 3848, RFC 6531 §4.3).
package struct TransmissionType: Hashable, Sendable {
    /// The protocol greeted with.
    package enum Dialect: Hashable, Sendable {
        /// HELO.
        case smtp
        /// EHLO.
        case esmtp
        /// LHLO.
        case lmtp
    }

    /// What was added to it.
    package struct Features: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// TLS, by STARTTLS or from the start.
        package static let tls = Features(rawValue: 1)
        /// AUTH.
        package static let authenticated = Features(rawValue: 2)
        /// The SMTPUTF8 parameter.
        package static let utf8 = Features(rawValue: 4)
    }

    /// The protocol.
    package let dialect: Dialect
    /// And more.
    package let features: Features

    package init(_ dialect: Dialect, _ features: Features = []) {
        self.dialect = dialect
        self.features = features
    }

    /// `SMTP`, `ESMTPSA`, `UTF8LMTPS` …; HELO knows neither TLS nor AUTH nor SMTPUTF8, so it is `SMTP` whatever there was.
    package var keyword: String {
        var keyword: String
        switch dialect {
        case .smtp: return "SMTP"
        case .esmtp: keyword = features.contains(.utf8) ? "UTF8SMTP" : "ESMTP"
        case .lmtp: keyword = features.contains(.utf8) ? "UTF8LMTP" : "LMTP"
        }
        if features.contains(.tls) { keyword += "S" }
        if features.contains(.authenticated) { keyword += "A" }
        return keyword
    }
}

extension TransmissionType: CustomStringConvertible {
    /// The keyword.
    package var description: String { keyword }
}
