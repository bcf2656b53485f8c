/// A draft as text, for an editor: a few fields, an empty line, the message.
package enum DraftText {
    /// The text of a draft.
    package static func write(_ draft: Draft) -> String {
        var lines = [
            "To: \(list(draft.to))", "Cc: \(list(draft.cc))", "Bcc: \(list(draft.bcc))",
            "Subject: \(oneLine(draft.subject))",
        ]
        for attachment in draft.attachments {
            if case .file(let path) = attachment { lines.append("Attach: \(oneLine(path))") }
        }
        return lines.joined(separator: "\n") + "\n\n" + draft.text
    }

    private static func list(_ people: [MailPerson]) -> String {
        people.map { person in
            guard let name = person.name else { return oneLine(person.address) }
            let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
            let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return oneLine(isPlain ? "\(name) <\(person.address)>" : "\"\(quoted)\" <\(person.address)>")
        }.joined(separator: ", ")
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    /// The draft as its author changed it; what the text does not have (what is answered, a forwarded message) stays.
    ///
    /// - Throws: which line is not understood.
    package static func read(_ text: String, changing draft: Draft) throws(MailFailure) -> Draft {
        var draft = draft
        (draft.to, draft.cc, draft.bcc, draft.subject) = ([], [], [], "")
        draft.attachments.removeAll { if case .file = $0 { true } else { false } }
        var rest = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
        var fields: [(name: String, value: String)] = []
        while let line = rest.popFirst(), !line.allSatisfy(\.isWhitespace) {
            if line.first?.isWhitespace == true, !fields.isEmpty {
                fields[fields.count - 1].value += " " + String(line).trimmingBlanks
                continue
            }
            guard let colon = line.firstIndex(of: ":") else {
                throw MailFailure(
                    .here, "the line “\(line)” above the message is no field",
                    advice: "write To:, Cc:, Bcc:, Subject: or Attach:, then an empty line, then the message")
            }
            let value = String(line[line.index(after: colon)...]).trimmingBlanks
            fields.append((line[..<colon].lowercased().trimmingBlanks, value))
        }
        for (name, value) in fields { try set(name, value, &draft) }
        draft.text = rest.joined(separator: "\n")
        return draft
    }

    private static func set(_ name: String, _ value: String, _ draft: inout Draft) throws(MailFailure) {
        switch name {
        case "to": draft.to += MailPerson.list(value)
        case "cc": draft.cc += MailPerson.list(value)
        case "bcc": draft.bcc += MailPerson.list(value)
        case "subject": draft.subject = value
        case "attach": if !value.isEmpty { draft.attachments.append(.file(MailPaths.expanded(value))) }
        default:
            throw MailFailure(
                .here, "the field \(name): can't be given", advice: "To:, Cc:, Bcc:, Subject: and Attach: can")
        }
    }
}
