/// `header:{name}:as{form}:all` (RFC 8621 §4.1.3): a header field that a client asks for or sets.
struct HeaderProperty: Hashable, Sendable {
    /// How its value is told (RFC 8621 §4.1.2).
    enum Form: String, CaseIterable, Sendable {
        case raw = "Raw"
        case text = "Text"
        case addresses = "Addresses"
        case groupedAddresses = "GroupedAddresses"
        case messageIDs = "MessageIds"
        case date = "Date"
        case urls = "URLs"
    }

    /// Which fields of the name.
    enum Instances: Sendable {
        case last
        case all
    }

    /// As the client writes it.
    let name: String
    let form: Form
    let instances: Instances

    init(_ name: String, _ form: Form, _ instances: Instances = .last) {
        self.name = name
        self.form = form
        self.instances = instances
    }

    /// Reads a property's name; nil for one that is none of a header field, or asks for a form that the field has not.
    init?(_ property: String) {
        var words = property.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "header" else { return nil }
        name = String(words[1])
        words.removeFirst(2)
        var form = Form.raw
        if let word = words.first, word.hasPrefix("as") {
            guard let named = Form(rawValue: String(word.dropFirst(2))) else { return nil }
            form = named
            words.removeFirst()
        }
        instances = words.first == "all" ? .all : .last
        if instances == .all { words.removeFirst() }
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard words.isEmpty, isName, Self.forms(of: name).contains(form) else { return nil }
        self.form = form
    }

    /// The name in small letters.
    var key: String { name.lowercased() }

    /// The forms that a field may be told in: what RFC 5322 and RFC 2369 define is told as they define it.
    static func forms(of name: String) -> Set<Form> {
        switch name.lowercased() {
        case "from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-reply-to",
            "resent-to", "resent-cc", "resent-bcc":
            [.raw, .addresses, .groupedAddresses]
        case "subject", "comments", "keywords", "list-id": [.raw, .text]
        case "message-id", "in-reply-to", "references", "resent-message-id": [.raw, .messageIDs]
        case "date", "resent-date": [.raw, .date]
        case "list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner", "list-archive":
            [.raw, .urls]
        case "return-path", "received": [.raw]
        default: Set(Form.allCases)
        }
    }
}
