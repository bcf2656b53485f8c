internal import MailCore
internal import SASL

/// Commands about the connection, the account, rights, quotas and annotations.
extension IMAPParser {
    /// `login = "LOGIN" SP userid SP password`
    mutating func login() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let userName = try astring()
        try space()
        return .login(IMAPLogin(userName: userName, password: try astring()))
    }

    /// `authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp]`, `initial-resp = (base64 / "=")` (RFC 4959 §7)
    mutating func authenticate() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let mechanism = SASLMechanism(name: String(decoding: try atom(), as: UTF8.self))
        var response: [UInt8]?
        if take(UInt8(ascii: " ")), !isAtEnd {
            guard offers(.saslInitialResponse) else { throw .extraArgument }
            let base64 = take { $0 != UInt8(ascii: " ") }
            let decoded = base64.elementsEqual([UInt8(ascii: "=")]) ? [] : SASLBase64.decode(base64)
            guard let decoded else { throw .bad("Not valid base64") }
            response = decoded
        }
        return .authenticate(IMAPAuthentication(mechanism: mechanism, initialResponse: response))
    }

    /// `enable = "ENABLE" 1*(SP capability)`: those that we do not know are passed over (RFC 5161 §3.1)
    mutating func enable() throws(IMAPSyntaxError) -> IMAPCommand {
        var capabilities: [IMAPCapability] = []
        try space()
        repeat {
            guard capabilities.count < limits.listItemsMax else { throw .tooManyItems }
            if let capability = IMAPCapability(name: try atom()) { capabilities.append(capability) }
        } while take(UInt8(ascii: " ")) && !isAtEnd
        return .enable(capabilities)
    }

    /// `id ::= "ID" SPACE id_params_list`, `id_params_list ::= "(" #(string SPACE nstring) ")" / nil` (RFC 2971 §4)
    mutating func identification() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        guard !take(word: "NIL") else { return .id(Identification(fields: [])) }
        let fields = try listOrNothing { (parser) throws(IMAPSyntaxError) in
            let name = String(decoding: try parser.string(), as: UTF8.self)
            try parser.space()
            let value = try parser.nstring().map { String(decoding: $0, as: UTF8.self) }
            guard name.utf8.count <= 30, (value?.utf8.count ?? 0) <= 1_024 else { throw .bad("Field too long") }
            return Identification.Field(name: name, value: value)
        }
        guard fields.count <= limits.identificationFieldsMax else { throw .tooManyItems }
        guard Set(fields.map { $0.name.lowercased() }).count == fields.count else { throw .bad("Field named twice") }
        return .id(Identification(fields: fields))
    }

    /// `language-cmd = "LANGUAGE" *(SP lang-range-quoted)` (RFC 5255 §3.5), `lang-range-quoted = astring`
    mutating func language() throws(IMAPSyntaxError) -> IMAPCommand {
        var ranges: [String] = []
        while take(UInt8(ascii: " ")), !isAtEnd {
            guard ranges.count < limits.listItemsMax else { throw .tooManyItems }
            ranges.append(try text())
        }
        return .language(ranges)
    }

    /// `compress = "COMPRESS" SP algorithm`, `algorithm = "DEFLATE"` (RFC 4978 §4)
    mutating func compress() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        guard take(word: "DEFLATE") else { throw .bad("Unknown compression algorithm") }
        return .compress
    }

    // MARK: Rights (RFC 4314 §7)

    /// `mailbox SP identifier`, `identifier = astring`
    mutating func mailboxAndIdentifier() throws(IMAPSyntaxError) -> (MailboxName, AccessIdentifier) {
        try space()
        let mailbox = try mailbox()
        try space()
        guard let identifier = AccessIdentifier(try text()) else { throw .bad("Empty identifier") }
        return (mailbox, identifier)
    }

    /// `setacl = "SETACL" SP mailbox SP identifier SP mod-rights`
    ///
    ///     mod-rights = astring        ;; +rights to add, -rights to remove, rights to replace
    mutating func setACL() throws(IMAPSyntaxError) -> IMAPCommand {
        let (mailbox, identifier) = try mailboxAndIdentifier()
        try space()
        let spelling = try astring()
        let sign = spelling.first
        let letters = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? spelling.dropFirst() : spelling[...]
        // RFC 4314 §3.1: a right that is none of ours is refused by BAD.
        guard let rights = AccessRights(letters: letters) else { throw .bad("Unknown right") }
        let change: AccessRightsChange =
            sign == UInt8(ascii: "+") ? .add(rights) : sign == UInt8(ascii: "-") ? .remove(rights) : .replace(rights)
        return .setACL(mailbox, identifier, change)
    }

    // MARK: Quotas (RFC 9208 §7)

    /// `"GETQUOTA" SP quota-root-name`, `quota-root-name = astring`
    mutating func getQuota() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        return .getQuota(root: try text())
    }

    /// `setquota = "SETQUOTA" SP quota-root-name SP setquota-list`
    ///
    ///     setquota-list     = "(" [setquota-resource *(SP setquota-resource)] ")"
    ///     setquota-resource = resource-name SP resource-limit
    mutating func setQuota() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let root = try text()
        try space()
        let limits = try listOrNothing { (parser) throws(IMAPSyntaxError) in
            let name = try parser.atom()
            guard let resource = QuotaResource.allCases.first(where: { name.isKeyword($0.name) }) else {
                throw .no("No such resource", code: .cannot)
            }
            try parser.space()
            return QuotaLimit(resource: resource, limit: try parser.number64())
        }
        return .setQuota(root: root, limits)
    }

    // MARK: Annotations (RFC 5464 §5)

    /// `entry = astring`, a slash-separated path
    mutating func metadataEntryName() throws(IMAPSyntaxError) -> MetadataEntryName {
        guard let name = MetadataEntryName(try astring()) else { throw .bad("Invalid entry name") }
        return name
    }

    /// `getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries`
    ///
    ///     getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
    ///     entries             = entry / "(" entry *(SP entry) ")"
    ///
    /// The examples of §4.2.1 have the options behind the mailbox; they are taken there, too.
    mutating func getMetadata() throws(IMAPSyntaxError) -> IMAPCommand {
        var options = MetadataOptions()
        try space()
        if peek == UInt8(ascii: "(") {
            try metadataOptions(&options)
            try space()
        }
        let subject = try metadataSubject()
        try space()
        if peek == UInt8(ascii: "("), isMetadataOption(at: index + 1) {
            try metadataOptions(&options)
            try space()
        }
        let entries = try metadataEntries()
        return .getMetadata(
            GetMetadataRequest(
                subject: subject, entries: entries, sizeOctetsMax: options.sizeOctetsMax, depth: options.depth))
    }

    /// `entry / "(" entry *(SP entry) ")"`; the examples of §4.2 have a list without parentheses, too
    private mutating func metadataEntries() throws(IMAPSyntaxError) -> [MetadataEntryName] {
        if peek == UInt8(ascii: "(") {
            return try list { (parser) throws(IMAPSyntaxError) in try parser.metadataEntryName() }
        }
        var entries: [MetadataEntryName] = []
        repeat {
            guard entries.count < limits.listItemsMax else { throw .tooManyItems }
            entries.append(try metadataEntryName())
        } while take(UInt8(ascii: " ")) && !isAtEnd
        return entries
    }

    private struct MetadataOptions {
        var sizeOctetsMax: UInt64?
        var depth = GetMetadataRequest.Depth.entry
    }

    /// An entry begins with a slash, or is quoted.
    private func isMetadataOption(at place: Int) -> Bool {
        let word = octets[min(place, octets.count)...].prefix(while: \.isAtomOctet)
        return word.isKeyword("MAXSIZE") || word.isKeyword("DEPTH")
    }

    /// `"MAXSIZE" SP number`, `"DEPTH" SP ("0" / "1" / "infinity")`
    private mutating func metadataOptions(_ options: inout MetadataOptions) throws(IMAPSyntaxError) {
        _ = try list { (parser) throws(IMAPSyntaxError) in
            switch try parser.word() {
            case "MAXSIZE":
                try parser.space()
                options.sizeOctetsMax = try parser.number64()
            case "DEPTH":
                try parser.space()
                switch try parser.word() {
                case "0": options.depth = .entry
                case "1": options.depth = .children
                case "INFINITY": options.depth = .infinity
                default: throw .bad("Invalid DEPTH")
                }
            default: throw .bad("Unknown option")
            }
        }
    }

    /// `setmetadata = "SETMETADATA" SP mailbox SP entry-values`
    ///
    ///     entry-values = "(" entry-value *(SP entry-value) ")"
    ///     entry-value  = entry SP value
    ///     value        = nstring / literal8
    mutating func setMetadata() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let subject = try metadataSubject()
        try space()
        let entries = try list { (parser) throws(IMAPSyntaxError) in
            let name = try parser.metadataEntryName()
            try parser.space()
            let value = parser.peek == UInt8(ascii: "~") ? try parser.literal8() : try parser.nstring()
            return SetMetadataRequest.Entry(name: name, value: value)
        }
        return .setMetadata(SetMetadataRequest(subject: subject, entries: entries))
    }
}
