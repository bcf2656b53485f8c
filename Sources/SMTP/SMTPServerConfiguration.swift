internal import MailCore
internal import SASL

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
    /// Who may log in when; a listener that takes logins takes mail from nobody else.
    package let logins: LoginPolicy
    /// The iterations that an unknown user seems to have; those of known ones (RFC 5802 §9).
    package let decoyIterations: Int

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
        bareLinePolicy: BareLinePolicy = .reject, extensions: SMTPExtensions = .standard, logins: LoginPolicy = .none,
        decoyIterations: Int = SASLLimits.iterationsMin
    ) {
        self.hostname = hostname
        self.role = role
        self.tlsMode = tlsMode
        self.limits = limits
        self.bareLinePolicy = bareLinePolicy
        self.extensions = extensions
        self.logins = logins
        self.decoyIterations = decoyIterations
        let dialect = role == .lmtp ? "LMTP" : "ESMTP"
        greeting = SMTPReply(220, "\(hostname) \(dialect) Paloma ready")
        heloReply = SMTPReply(250, hostname)
        let announcement = EHLOAnnouncement(hostname: hostname, limits: limits, tlsMode: tlsMode)
        ehloReplyPlain = announcement.reply(extensions.subtracting(.requireTLS), .plain)
        ehloReplyTLS = announcement.reply(extensions, .tls)
        helpReply = .help(role)
        quitReply = SMTPReply(221, EnhancedStatusCode(.success, 0, 0), "\(hostname) closing connection")
        tooBigReply = .messageTooBig(limitOctets: limits.messageOctetsMax)
    }

    /// What may be used on a connection now; REQUIRETLS only within TLS (RFC 8689 §2), AUTH where logins are taken.
    func extensions(_ channel: ChannelSecurity) -> SMTPExtensions {
        var usable = channel == .tls ? extensions : extensions.subtracting(.requireTLS)
        if takesLogins(channel) { usable.insert(.auth) }
        return usable
    }

    /// Whether a password or an exchange may cross such a connection.
    func takesLogins(_ channel: ChannelSecurity) -> Bool {
        switch logins {
        case .none: false
        case .requiresTLS: channel == .tls
        case .allowsClearText: true
        }
    }

    /// EHLO's reply where it depends on the connection and the time: mechanisms, and how far ahead mail may be held.
    func ehloReply(_ channel: ChannelSecurity, _ mechanisms: [SASLMechanism], nowSeconds: Int64) -> SMTPReply {
        var announcement = EHLOAnnouncement(hostname: hostname, limits: limits, tlsMode: tlsMode)
        announcement.mechanisms = mechanisms
        announcement.nowSeconds = nowSeconds
        return announcement.reply(extensions(channel), channel)
    }
}

/// Whether the connection is under TLS now.
package enum ChannelSecurity: Hashable, Sendable {
    case plain
    case tls
}
