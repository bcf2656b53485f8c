internal import InternetMessage
internal import MailClient
internal import MailCore
internal import TerminalOutput
internal import TerminalScreen

/// A line of a page, and how it looks.
struct StyledLine: Hashable {
    var text: String
    var style = CellStyle.plain
}

/// What fills the screen in the place of a list.
enum ScreenPage {
    case message(MessagePage)
    case conversation(ConversationPage)
    case review(ReviewPage)
    case help(scroll: Int)
}

/// A message that is read.
struct MessagePage {
    let folder: MailFolder
    let mail: FetchedMail
    let message: ReadableMessage
    var scroll = 0
    var header = Header.short

    enum Header: Hashable {
        case short
        case whole
    }

    /// All lines, for a width.
    func lines(_ columns: Int) -> [StyledLine] {
        var lines: [StyledLine] = []
        func add(_ name: String, _ value: String, _ style: CellStyle = .plain) {
            for (place, piece) in TextWrapping.wrap(value, to: columns - 10).enumerated() {
                let label = place == 0 ? name : ""
                let padding = String(repeating: " ", count: max(1, 9 - DisplayText.width(label)))
                lines.append(StyledLine(text: label + padding + piece, style: style))
            }
        }
        if header == .whole {
            for field in message.fields { add("\(field.name):", field.value) }
        } else {
            add("From", message.from.map(\.text).joined(separator: ", "))
            if !message.to.isEmpty { add("To", message.to.map(\.text).joined(separator: ", ")) }
            if !message.cc.isEmpty { add("Cc", message.cc.map(\.text).joined(separator: ", ")) }
            if let date = message.date {
                add("Date", String(QuantityText.localTime(secondsSince1970: date.secondsSince1970).dropLast(3)))
            }
            add("Subject", message.subject.isEmpty ? "(no subject)" : message.subject, .bold)
        }
        for attachment in message.attachments {
            let size = QuantityText.size(bytes: Int64(attachment.octets))
            add(
                "File \(attachment.number)",
                "\(AttachmentFile.safeName(attachment))  (\(attachment.mediaType), \(size))",
                CellStyle(.magenta))
        }
        lines.append(StyledLine(text: String(repeating: "─", count: max(1, columns)), style: .dim))
        for line in message.lines {
            let style = Self.style(of: line)
            lines += TextWrapping.wrap(line, to: columns).map { StyledLine(text: $0, style: style) }
        }
        if !message.links.isEmpty { lines.append(StyledLine(text: "")) }
        for (place, link) in message.links.enumerated() {
            lines += TextWrapping.wrap("[\(place + 1)] \(link)", to: columns).map {
                StyledLine(text: $0, style: CellStyle(.blue))
            }
        }
        if case .beginning(let octets) = mail.extent {
            let size = QuantityText.size(bytes: octets)
            lines.append(StyledLine(text: ""))
            lines.append(StyledLine(text: "[the beginning of \(size); W brings the whole]", style: CellStyle(.yellow)))
        }
        return lines
    }

    /// Quotes by their depth; a signature is quiet.
    private static func style(of line: String) -> CellStyle {
        let depth = line.prefix { $0 == ">" || $0 == " " }.count { $0 == ">" }
        switch depth {
        case 0: return line == "-- " ? .dim : .plain
        default: return depth % 2 == 1 ? CellStyle(.cyan) : CellStyle(.green)
        }
    }
}

/// A conversation, with one of its messages under the cursor.
struct ConversationPage {
    let entries: [Conversation.Entry]
    var cursor = 0
    var top = 0

    mutating func window(_ rows: Int) -> Range<Int> {
        if cursor < top { top = cursor }
        if cursor >= top + rows { top = cursor - rows + 1 }
        return top..<min(entries.count, top + max(1, rows))
    }

    var current: LocatedSummary? { entries.indices.contains(cursor) ? entries[cursor].message : nil }
}

/// A message before it is sent.
struct ReviewPage {
    var composition: Composition
    var scroll = 0
    var isSending = false

    func lines(_ columns: Int) -> [StyledLine] {
        let draft = composition.draft
        var lines: [StyledLine] = []
        func add(_ name: String, _ value: String, _ style: CellStyle = .plain) {
            for (place, piece) in TextWrapping.wrap(value, to: columns - 10).enumerated() {
                let label = place == 0 ? name : ""
                lines.append(
                    StyledLine(text: label + String(repeating: " ", count: 9 - label.count) + piece, style: style))
            }
        }
        add("From", MailPerson(name: draft.from.name, address: draft.from.address.written).text)
        add("To", draft.to.map(\.text).joined(separator: ", "))
        if !draft.cc.isEmpty { add("Cc", draft.cc.map(\.text).joined(separator: ", ")) }
        if !draft.bcc.isEmpty { add("Bcc", draft.bcc.map(\.text).joined(separator: ", ")) }
        add("Subject", draft.subject.isEmpty ? "(no subject)" : draft.subject, .bold)
        for attachment in draft.attachments {
            switch attachment {
            case .file(let path): add("File", path, CellStyle(.magenta))
            case .octets(let octets, let name, _):
                add("File", "\(name)  (\(QuantityText.size(bytes: Int64(octets.count))))", CellStyle(.magenta))
            }
        }
        lines.append(StyledLine(text: String(repeating: "─", count: max(1, columns)), style: .dim))
        for line in draft.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let style = line.hasPrefix(">") ? CellStyle(.cyan) : .plain
            lines += TextWrapping.wrap(String(line), to: columns).map { StyledLine(text: $0, style: style) }
        }
        return lines
    }
}
