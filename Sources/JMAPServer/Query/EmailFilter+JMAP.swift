internal import JMAP
internal import JSON
internal import MailCore
internal import MailSearch

extension EmailFilter {
    /// From the filter of Email/query (RFC 8621 §4.4.1).
    ///
    /// - Parameter account: whose mailboxes may be named; others have nothing in them.
    init(_ filter: JMAPFilter, _ account: MailAccount) throws(JMAPMethodError) {
        switch filter {
        case .condition(let condition): self = try Self.condition(condition, account)
        case .and(let filters): self = .and(try Self.list(filters, account))
        case .or(let filters): self = .or(try Self.list(filters, account))
        case .not(let filters): self = .not(.or(try Self.list(filters, account)))
        }
    }

    private static func list(
        _ filters: [JMAPFilter], _ account: MailAccount
    ) throws(JMAPMethodError) -> [EmailFilter] {
        var list: [EmailFilter] = []
        for filter in filters { list.append(try EmailFilter(filter, account)) }
        return list
    }

    private static func condition(
        _ object: JSONObject, _ account: MailAccount
    ) throws(JMAPMethodError) -> EmailFilter {
        var all: [EmailFilter] = []
        for name in object.names { all.append(try property(name, JMAPArguments(object), account)) }
        return all.count == 1 ? all[0] : .and(all)
    }

    private static func property(
        _ name: String, _ object: JMAPArguments, _ account: MailAccount
    ) throws(JMAPMethodError) -> EmailFilter {
        switch name {
        case "inMailbox": return account.mailbox(try object.id(name)).map { .inMailbox($0) } ?? .nothing
        case "inMailboxOtherThan":
            guard let ids = try object.optionalIDs(name) else { throw .invalidArguments("\(name) is no Id[]") }
            return .inMailboxBeside(Set(ids.compactMap(account.mailbox)))
        case "before": return .received(.min..<(try date(name, object)))
        case "after": return .received((try date(name, object))..<Int64.max)
        case "minSize": return .octets((try size(name, object))..<Int64.max)
        case "maxSize": return .octets(0..<(try size(name, object)))
        case "allInThreadHaveKeyword": return .thread(.all, try keyword(name, object))
        case "someInThreadHaveKeyword": return .thread(.some, try keyword(name, object))
        case "noneInThreadHaveKeyword": return .thread(.none, try keyword(name, object))
        case "hasKeyword": return .keyword(try keyword(name, object))
        case "notKeyword": return .not(.keyword(try keyword(name, object)))
        case "hasAttachment":
            guard let has = object.value(name)?.bool else { throw .invalidArguments("\(name) is no Boolean") }
            return has ? .hasAttachment : .not(.hasAttachment)
        case "header": return try header(object)
        default:
            guard let scope = EmailTextSearch.scopes[name] else {
                throw .unsupportedFilter("e-mails have no condition \(name)")
            }
            return EmailTextSearch.filter(try object.string(name), in: scope)
        }
    }

    private static func keyword(
        _ name: String, _ object: JMAPArguments
    ) throws(JMAPMethodError) -> EmailKeyword { EmailKeyword(try object.string(name)) }

    private static func date(_ name: String, _ object: JMAPArguments) throws(JMAPMethodError) -> Int64 {
        guard let seconds = JMAPDate.parseUTC(try object.string(name)) else {
            throw .invalidArguments("\(name) is no UTCDate")
        }
        return seconds
    }

    private static func size(_ name: String, _ object: JMAPArguments) throws(JMAPMethodError) -> Int64 {
        guard let size = try object.optionalUnsigned(name) else { throw .invalidArguments("\(name) is missing") }
        return size
    }

    /// A field's name, and a text in it or none.
    private static func header(_ object: JMAPArguments) throws(JMAPMethodError) -> EmailFilter {
        guard let strings = try object.optionalStrings("header"), let name = strings.first, strings.count <= 2,
            !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") })
        else { throw .invalidArguments("header is the name of a field, and a text perhaps") }
        let field = EmailFilter.text(SearchText("", in: .field(name)))
        guard strings.count == 2 else { return field }
        return .and([field, EmailTextSearch.filter(strings[1], in: .field(name))])
    }
}
