internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore

/// An Email as a client describes one that is to be made (RFC 8621 §4.6).
struct EmailDescription {
    private(set) var mailboxes: Set<MailboxID> = []
    private(set) var keywords = EmailKeywords(flags: [], keywords: [])
    private(set) var receivedAt: Int64?
    private(set) var fields: [DraftField] = []
    private(set) var body: DescribedPart

    /// Ids of blobs that it is made of.
    var blobs: Set<JMAPID> { body.blobs }

    /// Reads a description; `invalidProperties` names what is wrong.
    init(_ object: JSONObject, _ account: MailAccount, _ call: JMAPCall) throws(JMAPSetError) {
        let values = try Self.bodyValues(object)
        body = try Self.body(object, values)
        var names: Set<String> = []
        for (property, value) in object.members {
            switch EmailProperty(property) {
            case .named(.mailboxIds): mailboxes = try Self.mailboxes(value, account, call)
            case .named(.keywords): keywords = try EmailKeywords(value)
            case .named(.receivedAt): receivedAt = try Self.date(value)
            case .named(.bodyStructure), .named(.bodyValues), .named(.textBody), .named(.htmlBody),
                .named(.attachments):
                break
            case .named(let named):
                guard let header = named.header else { throw .invalid([property], "it cannot be set") }
                try add(property, header, value, &names)
            case .header(let header):
                guard !header.key.hasPrefix("content-") else {
                    throw .invalid([property], "fields of the body belong to a part")
                }
                try add(property, header, value, &names)
            case nil: throw .invalid([property], "there is no such property")
            }
        }
        guard !mailboxes.isEmpty else { throw .invalid(["mailboxIds"], "an Email is in a mailbox") }
        for field in body.fieldNames where names.contains(field) {
            throw .invalid(["bodyStructure"], "\(field) is there twice")
        }
    }

    private mutating func add(
        _ property: String, _ header: HeaderProperty, _ value: JSONValue, _ names: inout Set<String>
    ) throws(JMAPSetError) {
        guard names.insert(header.key).inserted else { throw .invalid([property], "the field is there twice") }
        guard header.key != "mime-version" else { throw .invalid([property], "the server writes it") }
        fields += try DescribedField(property, header).fields(value)
    }

    /// What a mailboxIds property says: `Id[Boolean]`, each true.
    static func mailboxes(
        _ value: JSONValue, _ account: MailAccount, _ call: JMAPCall
    ) throws(JMAPSetError) -> Set<MailboxID> {
        guard let object = value.object else { throw .invalid(["mailboxIds"]) }
        var mailboxes: Set<MailboxID> = []
        for (written, truth) in object.members {
            guard truth == true, let mailbox = call.id(written).flatMap({ account.mailbox($0) }) else {
                throw .invalid(["mailboxIds"], "there is no mailbox \(written)")
            }
            mailboxes.insert(mailbox)
        }
        return mailboxes
    }

    static func date(_ value: JSONValue) throws(JMAPSetError) -> Int64? {
        if value == .null { return nil }
        guard let seconds = value.string.flatMap(JMAPDate.parseUTC) else { throw .invalid(["receivedAt"]) }
        return seconds
    }

    private static func bodyValues(_ object: JSONObject) throws(JMAPSetError) -> [String: String] {
        guard let given = object["bodyValues"], given != .null else { return [:] }
        guard let members = given.object else { throw .invalid(["bodyValues"]) }
        var values: [String: String] = [:]
        for (id, value) in members.members {
            guard let object = value.object, let text = object["value"]?.string,
                [nil, .null, false].contains(object["isEncodingProblem"]),
                [nil, .null, false].contains(object["isTruncated"])
            else { throw .invalid(["bodyValues"]) }
            values[id] = text
        }
        return values
    }

    private static func body(
        _ object: JSONObject, _ values: [String: String]
    ) throws(JMAPSetError) -> DescribedPart {
        let lists = ["textBody", "htmlBody", "attachments"].filter { object[$0] != nil && object[$0] != .null }
        if let structure = object["bodyStructure"], structure != .null {
            guard lists.isEmpty else { throw .invalid(["bodyStructure"] + lists, "the body is there twice") }
            return try DescribedPart(structure, "bodyStructure", values)
        }
        let text = try only("textBody", "text/plain", object, values)
        let html = try only("htmlBody", "text/html", object, values)
        var attachments: [DescribedPart] = []
        for value in try list("attachments", object) {
            attachments.append(try DescribedPart(value, "attachments", values))
        }
        return DescribedPart(text: text, html: html, attachments: attachments)
    }

    private static func list(_ name: String, _ object: JSONObject) throws(JMAPSetError) -> [JSONValue] {
        guard let value = object[name], value != .null else { return [] }
        guard let list = value.array else { throw .invalid([name]) }
        return list
    }

    /// One part of this type, or none.
    private static func only(
        _ name: String, _ type: String, _ object: JSONObject, _ values: [String: String]
    ) throws(JMAPSetError) -> DescribedPart? {
        guard let given = object[name], given != .null else { return nil }
        let list = try list(name, object)
        guard list.count == 1, let object = list[0].object else { throw .invalid([name], "it has one part") }
        var typed = object
        if typed["type"] == nil { typed["type"] = .string(type) }
        let part = try DescribedPart(.object(typed), name, values)
        guard part.type == type else { throw .invalid([name], "it is of type \(type)") }
        return part
    }
}

extension EmailKeywords {
    /// What a keywords property says: `String[Boolean]`, each true.
    init(_ value: JSONValue) throws(JMAPSetError) {
        self.init(flags: [], keywords: [])
        if value == .null { return }
        guard let object = value.object else { throw .invalid(["keywords"]) }
        for (name, truth) in object.members {
            guard truth == true else { throw .invalid(["keywords"]) }
            try add(name)
        }
        keywords.sort()
    }

    /// One that JMAP writes so (RFC 8621 §4.1.1: case does not count).
    mutating func add(_ name: String) throws(JMAPSetError) {
        let name = name.lowercased()
        if let system = Self.systemNames.first(where: { $0.name == name }) {
            flags.insert(system.flag)
        } else {
            guard let keyword = Keyword(name), name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw .invalid(["keywords"], "\(name) is no keyword")
            }
            if !keywords.contains(keyword) { keywords.append(keyword) }
        }
    }
}
