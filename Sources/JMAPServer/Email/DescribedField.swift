internal import InternetMessage
internal import JMAP
internal import JSON

/// A header field that a client sets in one of its forms (RFC 8621 §4.1.2).
struct DescribedField {
    private let property: String
    private let header: HeaderProperty

    init(_ property: String, _ header: HeaderProperty) {
        self.property = property
        self.header = header
    }

    /// The fields, one for each instance; null is none.
    func fields(_ value: JSONValue) throws(JMAPSetError) -> [DraftField] {
        if value == .null { return [] }
        guard header.instances == .all else { return [DraftField(header.name, try self.value(value))] }
        guard let values = value.array else { throw .invalid([property]) }
        var fields: [DraftField] = []
        for value in values { fields.append(DraftField(header.name, try self.value(value))) }
        return fields
    }

    private func value(_ value: JSONValue) throws(JMAPSetError) -> DraftField.Value {
        switch header.form {
        case .raw: .raw(try read(value.string))
        case .text: .text(try read(value.string))
        case .date: .date(try read(value.string.flatMap(JMAPDate.parse)))
        case .messageIDs: .identifiers(try strings(value))
        case .urls: .urls(try strings(value))
        case .addresses: .addresses([DraftField.Group(members: try persons(value))])
        case .groupedAddresses: .addresses(try groups(value))
        }
    }

    private func read<Value>(_ value: Value?) throws(JMAPSetError) -> Value {
        guard let value else { throw .invalid([property]) }
        return value
    }

    private func strings(_ value: JSONValue) throws(JMAPSetError) -> [String] {
        var strings: [String] = []
        for element in try read(value.array) { strings.append(try read(element.string)) }
        return strings
    }

    private func persons(_ value: JSONValue) throws(JMAPSetError) -> [DraftField.Person] {
        var persons: [DraftField.Person] = []
        for element in try read(value.array) {
            let object = try read(element.object)
            let name = object["name"]
            guard name == nil || name == .null || name?.string != nil else { throw .invalid([property]) }
            persons.append(DraftField.Person(name: name?.string, address: try read(object["email"]?.string)))
        }
        return persons
    }

    private func groups(_ value: JSONValue) throws(JMAPSetError) -> [DraftField.Group] {
        var groups: [DraftField.Group] = []
        for element in try read(value.array) {
            let object = try read(element.object)
            groups.append(
                DraftField.Group(
                    name: object["name"]?.string, members: try persons(object["addresses"] ?? .array([]))))
        }
        return groups
    }
}
