/// The lines of EHLO's and LHLO's reply (RFC 5321 §4.1.1.1).
struct EHLOAnnouncement {
    let hostname: String
    let limits: SMTPLimits

    /// What is announced on a connection in this state.
    func reply(_ tlsMode: TLSMode, _ extensions: SMTPExtensions, _ channel: ChannelSecurity) -> SMTPReply {
        var lines = [hostname, "PIPELINING", "SIZE \(limits.messageOctetsMax)", "8BITMIME"]
        if extensions.contains(.chunking) { lines += ["CHUNKING", "BINARYMIME"] }
        if extensions.contains(.smtpUTF8) { lines.append("SMTPUTF8") }
        lines.append("ENHANCEDSTATUSCODES")
        if extensions.contains(.dsn) { lines.append("DSN") }
        if channel == .plain, tlsMode == .startTLS || tlsMode == .startTLSRequired { lines.append("STARTTLS") }
        if extensions.contains(.requireTLS) { lines.append("REQUIRETLS") }
        lines.append(limitsLine)
        lines.append("HELP")
        return SMTPReply(250, nil, lines: lines)
    }

    /// `LIMITS RCPTMAX=1000` (RFC 9422).
    private var limitsLine: String {
        var line = "LIMITS"
        if let transactions = limits.transactionsMax { line += " MAILMAX=\(transactions)" }
        return line + " RCPTMAX=\(limits.recipientsMax)"
    }
}
