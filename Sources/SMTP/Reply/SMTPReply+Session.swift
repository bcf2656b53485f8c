internal import MailCore

/// Replies about the connection and its commands.
extension SMTPReply {
    /// Done, nothing more to say.
    static let ok = SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok")
    /// MAIL.
    static let senderOk = SMTPReply(250, EnhancedStatusCode(.success, 1, 0), "Ok")
    /// RCPT.
    static let recipientOk = SMTPReply(250, EnhancedStatusCode(.success, 1, 5), "Ok")
    /// DATA.
    static let startMailInput = SMTPReply(354, "End data with <CR><LF>.<CR><LF>")
    /// STARTTLS (RFC 3207 §4).
    static let readyForTLS = SMTPReply(220, EnhancedStatusCode(.success, 0, 0), "Ready to start TLS")
    /// VRFY (RFC 5321 §3.5.3).
    static let cannotVerify = SMTPReply(
        252, EnhancedStatusCode(.success, 5, 0), "Cannot VRFY users, but will take mail and try to deliver it")
    /// EXPN (RFC 5321 §7.3: it tells strangers whom there is).
    static let noExpansion = SMTPReply(502, EnhancedStatusCode(.permanentFailure, 5, 1), "EXPN is not served here")
    /// AUTH where it was not announced.
    static let noAuthentication = SMTPReply(
        503, EnhancedStatusCode(.permanentFailure, 5, 1),
        "AUTH is not served on this port; users send by port 587 or 465")
    /// STARTTLS where there is no certificate.
    static let noTLS = SMTPReply(502, EnhancedStatusCode(.permanentFailure, 5, 1), "TLS is not configured here")
    /// STARTTLS within TLS.
    static let alreadyTLS = SMTPReply(503, EnhancedStatusCode(.permanentFailure, 5, 1), "TLS is already in use")
    /// A listener that wants TLS before anything else (RFC 3207 §4).
    static let tlsRequired = SMTPReply(
        530, EnhancedStatusCode(.permanentFailure, 7, 0), "Must issue a STARTTLS command first")

    /// BDAT where CHUNKING was not announced.
    static let noChunking = SMTPReply(
        502, EnhancedStatusCode(.permanentFailure, 5, 1), "BDAT is not served here; use DATA")
    /// Anything but QUIT after a greeting of 554 (RFC 5321 §3.1).
    static let turnedAway = badSequence("This connection was refused; send QUIT")
    /// RFC 6531 §3.5.
    static let nonASCIIRecipient = SMTPReply(
        553, EnhancedStatusCode(.permanentFailure, 6, 7), "A recipient with UTF-8 needs SMTPUTF8 with MAIL")
    /// RFC 3030 §2.
    static func chunkReceived(octets: Int) -> SMTPReply {
        SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "\(octets) octets received")
    }

    /// A verb that nobody knows (RFC 5321 §4.2.4).
    static let unknownCommand = SMTPReply(
        500, EnhancedStatusCode(.permanentFailure, 5, 1), "Command not recognised; HELP lists those that are")
    /// HELO and EHLO to an LMTP server (RFC 2033 §4.1).
    static let wantsLHLO = SMTPReply(
        500, EnhancedStatusCode(.permanentFailure, 5, 1), "This is LMTP: greet with LHLO, see RFC 2033")
    /// LHLO to an SMTP server.
    static let wantsEHLO = SMTPReply(
        500, EnhancedStatusCode(.permanentFailure, 5, 1), "This is SMTP, not LMTP: greet with EHLO")
    /// A verb with something behind it that takes nothing.
    static let noArgumentAllowed = SMTPReply(
        501, EnhancedStatusCode(.permanentFailure, 5, 4), "This command takes no argument")

    /// Sequence errors (RFC 5321 §4.1.4).
    static let helloFirst = badSequence("Send EHLO or HELO first")
    static let lhloFirst = badSequence("Send LHLO first")
    static let mailFirst = badSequence("Send MAIL FROM first")
    static let recipientFirst = badSequence("Send RCPT TO first")
    static let nestedMail = badSequence("A mail transaction is already open; end it with DATA, BDAT or RSET")
    static let chunksBegun = badSequence("BDAT has begun; go on with BDAT or RSET")
    static let chunksFailed = badSequence("A chunk was refused; start over with RSET")
    static let binaryNeedsChunks = badSequence("BODY=BINARYMIME needs BDAT, not DATA; start over with RSET")

    private static func badSequence(_ text: String) -> SMTPReply {
        SMTPReply(503, EnhancedStatusCode(.permanentFailure, 5, 1), text)
    }

    /// DATA after all recipients were refused (RFC 5321 §3.3, RFC 2920 §3.1).
    static let noValidRecipients = SMTPReply(
        554, EnhancedStatusCode(.permanentFailure, 5, 1), "No valid recipients")
    /// The same in LMTP (RFC 2033 §4.2).
    static let noValidRecipientsLMTP = badSequence("No valid recipients")
    /// RFC 5321 §4.5.3.1.10.
    static let tooManyRecipients = SMTPReply(
        452, EnhancedStatusCode(.persistentTransientFailure, 5, 3),
        "Too many recipients in one transaction; send the message to the others in the next")

    /// A chunk size that cannot be read: where the next command begins is then unknown, so nothing more is read.
    static let unreadableChunkSize = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 5, 4),
        "BDAT needs the size of its chunk in octets (RFC 3030); closing")
    /// A browser, or somebody who makes one talk to us.
    static let notHTTP = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "This is a mail server, not a web server; closing")

    /// After too many errors.
    static func tooManyErrors(last: SMTPReply) -> SMTPReply {
        SMTPReply(
            421, EnhancedStatusCode(.persistentTransientFailure, 7, 0),
            "Too many errors, closing; the last was: \(last.description)")
    }

    /// After too many refused recipients.
    static let tooManyRefusedRecipients = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Too many refused recipients, closing")
    /// RFC 9422.
    static let tooManyTransactions = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0),
        "Too many messages on this connection; open another, closing")

    /// HELP (RFC 5321 §4.1.1.8).
    static func help(_ role: Role) -> SMTPReply {
        let hello = role == .lmtp ? "LHLO" : "EHLO HELO"
        let auth = role == .submission ? " AUTH" : ""
        return SMTPReply(
            214, EnhancedStatusCode(.success, 0, 0),
            lines: [
                "This is Paloma, a mail server. Commands:",
                "\(hello) MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS\(auth)",
                "A message: MAIL FROM:<you@here>, RCPT TO:<them@there>, DATA,",
                "then the message, then a line with a single dot. See RFC 5321.",
            ])
    }

    /// A line that is no command (`SMTPLineFramer.Fault`).
    static func lineFault(_ fault: SMTPLineFramer.Fault) -> SMTPReply {
        switch fault {
        case .bareLF: bareLFInCommand
        case .bareCR: bareCRInCommand
        case .nul: nulInCommand
        case .tooLong: lineTooLong
        }
    }

    private static let bareLFInCommand = badLine(
        "Bare <LF> received: lines end with <CR><LF>, see RFC 5321 section 2.3.8")
    private static let bareCRInCommand = badLine(
        "Bare <CR> received: lines end with <CR><LF>, see RFC 5321 section 2.3.8")
    private static let nulInCommand = badLine("A command line cannot have an octet 0")
    private static let lineTooLong = badLine("Line too long")

    private static func badLine(_ text: String) -> SMTPReply {
        SMTPReply(500, EnhancedStatusCode(.permanentFailure, 5, 2), text)
    }
}
