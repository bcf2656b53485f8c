extension StatusExplanation {
    static func english(_ topic: StatusTopic) -> StatusExplanation {
        let texts: (cause: String, advice: String) =
            switch topic {
            case .unknown: ("The recipient's server did not take the message.", otherWay)
            case .noSuchMailbox:
                (
                    "There is no mailbox with this address.",
                    "Please check the spelling of what stands before the @, or ask the recipient for the right address."
                )
            case .noSuchDomain: ("The domain of this address does not exist or takes no mail.", checkDomain)
            case .badAddress: ("The recipient's server does not accept this address.", "Please check the address.")
            case .ambiguousAddress:
                ("This address could mean more than one mailbox.", "Please ask the recipient for the full address.")
            case .recipientMoved: ("The recipient no longer has this address.", "Please ask for the new one.")
            case .badSender: ("The recipient's server does not accept your own address.", administrator)
            case .domainTakesNoMail: ("The domain of this address declares that it takes no mail.", checkDomain)
            case .mailbox: ("There is a problem with the recipient's mailbox.", otherWay)
            case .mailboxDisabled:
                ("The recipient's mailbox is closed.", "Please reach the recipient in another way.")
            case .mailboxFull: ("The recipient's mailbox is full.", otherWay)
            case .tooLargeForMailbox: ("The message is larger than this recipient may receive.", smaller)
            case .listExpansion:
                ("The members of this mailing list could not be found out.", "Please tell the owner of the list.")
            case .system: ("The recipient's server has a problem.", otherWay)
            case .systemFull: ("The recipient's server has no room left.", otherWay)
            case .notAccepting: ("The recipient's server takes no mail at the moment.", otherWay)
            case .tooLargeForSystem: ("The message is too large for the recipient's server.", smaller)
            case .misconfigured: ("A server on the way is not set up correctly.", administrator)
            case .network: ("The message could not be brought to the recipient's server.", otherWay)
            case .noAnswer: ("The recipient's server does not answer.", otherWay)
            case .connectionBroken: ("The connection to the recipient's server broke off.", otherWay)
            case .directoryFailure:
                ("The domain name system gave no answer about the recipient's domain.", checkDomain)
            case .noRoute: ("No server is known that takes mail for the recipient's domain.", checkDomain)
            case .congestion: ("The recipient's server is overloaded.", otherWay)
            case .loop: ("The message went in circles between servers.", administrator)
            case .expired: ("The message could not be delivered within the time allowed.", otherWay)
            case .protocolError: ("The servers did not understand each other.", administrator)
            case .tooManyRecipients:
                ("The message has more recipients than the server takes.", "Please send it to fewer people at a time.")
            case .content:
                (
                    "The message has a form that the recipient's server does not take.",
                    "Please send it in another form, as plain text for example."
                )
            case .needsUTF8:
                (
                    "The message or an address has letters that the recipient's server cannot take.",
                    "Please ask the recipient for an address of plain letters without accents."
                )
            case .policy: ("The recipient's server refused the message by its own rules.", administrator)
            case .notAuthorized: ("The recipient's server does not take this message from you.", administrator)
            case .listMembers:
                ("You are not allowed to write to this mailing list.", "Please ask the owner of the list.")
            case .security: ("The servers found no secure way to pass the message on.", administrator)
            case .tlsRequired:
                (
                    "The message must travel encrypted, and the recipient's server offers no such way.",
                    "Please reach the recipient in another way."
                )
            case .authentication: ("The next server did not accept our server's login.", administrator)
            case .senderNotVerified:
                ("The recipient's server could not verify that the message comes from your domain.", administrator)
            case .tooMuchMail: ("The recipient's server gets too many messages at once.", otherWay)
            }
        return StatusExplanation(texts.cause, texts.advice)
    }

    private static let checkDomain = "Please check the spelling of what stands behind the @."
    private static let otherWay = "Please try again later, or reach the recipient in another way."
    private static let smaller = "Please send it again without large attachments."
    private static let administrator = "Please show this message to the administrator of your mail."
}
