internal import MailCore

/// Status responses (RFC 9051 §7.1), continuation requests, CAPABILITY, ENABLED.
extension IMAPResponseWriter {
    /// The tagged response; `name` is the command's, for the usual text.
    package mutating func completion(_ completion: IMAPCompletion, tag: CommandTag?, name: String) {
        if let tag { raw(tag.text) } else { raw("*") }
        condition(completion.condition)
        code(completion.code)
        text(completion.text ?? "\(name) completed")
    }

    /// `* OK …` and the like: something that no command asked for.
    package mutating func untagged(_ condition: IMAPCompletion.Condition, code: ResponseCode? = nil, _ text: String) {
        raw("*")
        self.condition(condition)
        self.code(code)
        self.text(text)
    }

    /// `* BYE …`
    package mutating func bye(_ text: String, code: ResponseCode? = nil) {
        raw("* BYE ")
        self.code(code)
        self.text(text)
    }

    /// `* PREAUTH` is never said: `* OK [CAPABILITY …] …`
    package mutating func greeting(_ capabilities: IMAPCapabilityList, _ text: String) {
        untagged(.ok, code: .capability(capabilities), text)
    }

    /// `continue-req = "+" SP (resp-text / base64) CRLF`
    package mutating func continuation(_ text: String) {
        raw("+ ")
        raw(text)
        endLine()
    }

    /// `+ ` and base64, perhaps of nothing.
    package mutating func challenge(_ base64: [UInt8]) {
        raw("+ ")
        raw(base64)
        endLine()
    }

    /// `* CAPABILITY …`
    package mutating func capability(_ list: IMAPCapabilityList) {
        raw("* CAPABILITY")
        words(list)
        endLine()
    }

    /// `* ENABLED …`, also with nothing (RFC 5161 §3.2)
    package mutating func enabled(_ capabilities: IMAPCapabilitySet) {
        raw("* ENABLED")
        for capability in capabilities.members {
            space()
            raw(capability.name)
        }
        endLine()
    }

    private mutating func condition(_ condition: IMAPCompletion.Condition) {
        switch condition {
        case .ok: raw(" OK ")
        case .no: raw(" NO ")
        case .bad: raw(" BAD ")
        }
    }

    private mutating func text(_ text: String) {
        // RFC 9051 §9: no line end within; other texts than ours may come from a client's words.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            raw(text)
        } else {
            for octet in text.utf8 { raw(octet >= 0x20 && octet < 0x7F ? octet : UInt8(ascii: "?")) }
        }
        endLine()
    }

    private mutating func words(_ list: IMAPCapabilityList) {
        for word in list.words {
            space()
            raw(word)
        }
    }

    private mutating func code(_ code: ResponseCode?) {
        guard let code else { return }
        raw("[")
        if let word = code.word { raw(word) } else { arguments(code) }
        raw("] ")
    }

    /// Codes with arguments.
    private mutating func arguments(_ code: ResponseCode) {
        switch code {
        case .badCharset: raw("BADCHARSET (US-ASCII UTF-8)")
        case .badEvent:
            raw("BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange")
            raw(" MailboxMetadataChange ServerMetadataChange)")
        case .badURL(let url):
            raw("BADURL ")
            // RFC 4469 §5 url-resp-text: no line end, no bracket.
            for octet in url.utf8 where octet > 0x20 && octet < 0x7F && octet != UInt8(ascii: "]") { raw(octet) }
        case .capability(let list):
            raw("CAPABILITY")
            words(list)
        case .inProgress(let tag, let done, let goal): progress(tag, done, goal)
        case .mailboxID(let id):
            raw("MAILBOXID (")
            raw(id)
            raw(")")
        case .metadataLongEntries(let octets):
            raw("METADATA LONGENTRIES ")
            number(octets)
        case .metadataMaxSize(let octets):
            raw("METADATA MAXSIZE ")
            number(octets)
        case .noUpdate(let tag):
            raw("NOUPDATE ")
            string(tag.text)
        case .permanentFlags(let flags, let newKeywords):
            raw("PERMANENTFLAGS ")
            flagList(flags, extra: newKeywords == .welcome ? "\\*" : nil)
        default: numbers(code)
        }
    }

    /// Codes whose arguments are numbers.
    private mutating func numbers(_ code: ResponseCode) {
        switch code {
        case .appendUID(let life, let uids):
            raw("APPENDUID ")
            number(life.rawValue)
            space()
            ranges(uids.ranges)
        case .copyUID(let life, let source, let destination):
            raw("COPYUID ")
            number(life.rawValue)
            space()
            ranges(source.ranges)
            space()
            ranges(destination.ranges)
        case .highestModSeq(let modSeq):
            raw("HIGHESTMODSEQ ")
            number(UInt64(clamping: modSeq.rawValue))
        case .messageLimit(let limit, let uid):
            raw("MESSAGELIMIT ")
            number(limit)
            if let uid {
                space()
                number(uid.rawValue)
            }
        case .modified(let numbers):
            raw("MODIFIED ")
            ranges(numbers)
        case .uidNext(let next):
            raw("UIDNEXT ")
            number(next)
        case .uidValidity(let life):
            raw("UIDVALIDITY ")
            number(life.rawValue)
        case .unseen(let first):
            raw("UNSEEN ")
            number(first.rawValue)
        default:
            preconditionFailure("A response code that is neither a word nor has arguments")
        }
    }

    /// `"INPROGRESS" [SP "(" tag-string / NIL SP (number / NIL) SP (nz-number / NIL) ")"]` (RFC 9585 §6)
    private mutating func progress(_ tag: CommandTag?, _ done: UInt64?, _ goal: UInt64?) {
        raw("INPROGRESS")
        guard tag != nil || done != nil else { return }
        raw(" (")
        if let tag { string(tag.text) } else { raw("NIL") }
        space()
        if let done { number(done) } else { raw("NIL") }
        space()
        // RFC 9585 §4: no goal without a number, none of zero.
        if let goal, goal > 0, done != nil { number(goal) } else { raw("NIL") }
        raw(")")
    }
}

extension ResponseCode {
    /// The whole code where it has no arguments.
    fileprivate var word: StaticString? {
        switch self {
        case .alert: "ALERT"
        case .alreadyExists: "ALREADYEXISTS"
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .authorizationFailed: "AUTHORIZATIONFAILED"
        case .cannot: "CANNOT"
        case .clientBug: "CLIENTBUG"
        case .closed: "CLOSED"
        case .compressionActive: "COMPRESSIONACTIVE"
        case .contactAdmin: "CONTACTADMIN"
        case .corruption: "CORRUPTION"
        case .expired: "EXPIRED"
        case .expungeIssued: "EXPUNGEISSUED"
        case .hasChildren: "HASCHILDREN"
        case .inUse: "INUSE"
        case .limit: "LIMIT"
        case .metadataTooMany: "METADATA TOOMANY"
        case .metadataNoPrivate: "METADATA NOPRIVATE"
        case .noModSeq: "NOMODSEQ"
        case .nonExistent: "NONEXISTENT"
        case .noPermission: "NOPERM"
        case .notSaved: "NOTSAVED"
        case .notificationOverflow: "NOTIFICATIONOVERFLOW"
        case .overQuota: "OVERQUOTA"
        case .parse: "PARSE"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .serverBug: "SERVERBUG"
        case .tooBig: "TOOBIG"
        case .tryCreate: "TRYCREATE"
        case .uidNotSticky: "UIDNOTSTICKY"
        case .uidRequired: "UIDREQUIRED"
        case .unavailable: "UNAVAILABLE"
        case .unknownCTE: "UNKNOWN-CTE"
        case .useAttribute: "USEATTR"
        default: nil
        }
    }
}
