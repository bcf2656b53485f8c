internal import MailCore

/// Everything a listener's machines have in common, with the replies that can be written before anybody connects.
package struct SMTPServerConfiguration: Sendable {
    /// The server's own name, for greeting and replies.
    package let hostname: String
    /// Which server this is.
    package let role: Role
    /// What it does about TLS.
    package let tlsMode: TLSMode
    /// What a client may ask.
    package let limits: SMTPLimits
    /// What becomes of bare line ends in DATA.
    package let bareLinePolicy: BareLinePolicy
    /// What is announced.
    package let extensions: SMTPExtensions

    let greeting: SMTPReply
    let heloReply: SMTPReply
    let ehloReplyPlain: SMTPReply
    let ehloReplyTLS: SMTPReply
    let helpReply: SMTPReply
    let quitReply: SMTPReply
    let tooBigReply: SMTPReply

    /// Puts a listener's settings together.
    package init(
        hostname: String, role: Role, tlsMode: TLSMode = .none, limits: SMTPLimits = SMTPLimits(),
        bareLinePolicy: BareLinePolicy = .reject, extensions: SMTPExtensions = .standard
    ) {
        self.hostname = hostname
        self.role = role
        self.tlsMode = tlsMode
        self.limits = limits
        self.bareLinePolicy = bareLinePolicy
        self.extensions = extensions
        let dialect = role == .lmtp ? "LMTP" : "ESMTP"
        greeting = SMTPReply(220, "\(hostname) \(dialect) Paloma ready")
        heloReply = SMTPReply(250, hostname)
        let announcement = EHLOAnnouncement(hostname: hostname, limits: limits)
        ehloReplyPlain = announcement.reply(tlsMode, extensions.subtracting(.requireTLS), .plain)
        ehloReplyTLS = announcement.reply(tlsMode, extensions, .tls)
        helpReply = .help(role)
        quitReply = SMTPReply(221, EnhancedStatusCode(.success, 0, 0), "\(hostname) closing connection")
        tooBigReply = .messageTooBig(limitOctets: limits.messageOctetsMax)
    }

    /// What may be used on a connection now; REQUIRETLS only within TLS (RFC 8689 §2).
    func extensions(_ channel: ChannelSecurity) -> SMTPExtensions {
        channel == .tls ? extensions : extensions.subtracting(.requireTLS)
    }
}

/// Whether the connection is under TLS now.
package enum ChannelSecurity: Hashable, Sendable {
    case plain
    case tls
}
