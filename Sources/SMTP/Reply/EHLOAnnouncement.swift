import SASL

/// The lines of EHLO's and LHLO's reply (RFC 5321 §4.1.1.1).
struct EHLOAnnouncement {
    let hostname: String
    let limits: SMTPLimits
    let tlsMode: TLSMode
    /// Ways to log in, the best first; empty: AUTH is not announced.
    var mechanisms: [SASLMechanism] = []
    /// Seconds since 1970, UTC.
    var nowSeconds: Int64 = 0

    /// What is announced on a connection in this state.
    func reply(_ extensions: SMTPExtensions, _ channel: ChannelSecurity) -> SMTPReply {
        var lines = [hostname, "PIPELINING", "SIZE \(limits.messageOctetsMax)", "8BITMIME"]
        if extensions.contains(.chunking) { lines += ["CHUNKING", "BINARYMIME"] }
        if extensions.contains(.smtpUTF8) { lines.append("SMTPUTF8") }
        lines.append("ENHANCEDSTATUSCODES")
        if extensions.contains(.dsn) { lines.append("DSN") }
        if channel == .plain, tlsMode == .startTLS || tlsMode == .startTLSRequired { lines.append("STARTTLS") }
        if extensions.contains(.requireTLS) { lines.append("REQUIRETLS") }
        if !mechanisms.isEmpty { lines.append("AUTH " + mechanisms.map(\.rawValue).joined(separator: " ")) }
        if extensions.contains(.deliverBy) { lines.append("DELIVERBY") }
        if extensions.contains(.futureRelease) { lines.append(futureReleaseLine) }
        lines.append(limitsLine)
        lines.append("HELP")
        return SMTPReply(250, nil, lines: lines)
    }

    /// `FUTURERELEASE 31622400 2027-11-22T12:00:00Z` (RFC 4865 §4).
    private var futureReleaseLine: String {
        let seconds = limits.futureReleaseSecondsMax
        return "FUTURERELEASE \(seconds) \(UTCDateTime.write(nowSeconds + seconds))"
    }

    /// `LIMITS RCPTMAX=1000` (RFC 9422).
    private var limitsLine: String {
        var line = "LIMITS"
        if let transactions = limits.transactionsMax { line += " MAILMAX=\(transactions)" }
        return line + " RCPTMAX=\(limits.recipientsMax)"
    }
}
