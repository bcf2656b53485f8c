internal import FoundationEssentials
internal import Glibc
package import InternetMessage
internal import MailCore

extension Draft {
    /// Whether the blind recipients stand in what is written.
    package enum BlindCopies: Sendable, Hashable {
        /// For the author's own copy (RFC 5322 §3.6.3).
        case shown
        /// For everybody else.
        case hidden
    }

    /// The message to be written.
    ///
    /// - Throws: which file is not there, or what is wrong with an address.
    package func builder(
        date: MailDate, messageID: InternetMessageID, _ blindCopies: BlindCopies
    ) throws(MailFailure) -> MessageBuilder {
        var parts: [MessagePart] = []
        for attachment in attachments { parts.append(try Self.part(attachment)) }
        let body = MessagePart.composed(text: .flowed(Self.flowed(text)), html: nil, attachments: parts)
        var builder = MessageBuilder(date: date, messageID: messageID, from: [from], body: body)
        builder.to = people(to)
        builder.cc = people(cc)
        if blindCopies == .shown { builder.bcc = people(bcc) }
        builder.subject = subject
        builder.inReplyTo = inReplyTo.map { InternetMessageID($0) }
        builder.references = references.map { InternetMessageID($0) }
        builder.extraFields = [MessageBuilder.ExtraField(name: "User-Agent", text: "Paloma")]
        return builder
    }

    private func people(_ people: [MailPerson]) -> [MessageBuilder.Address] {
        people.compactMap { $0.named.map { .person($0) } }
    }

    /// Each line is a paragraph that readers wrap; marks before it are quotes (RFC 3676 §4.5).
    static func flowed(_ text: String) -> FlowedText {
        var paragraphs: [FlowedText.Paragraph] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            var rest = line
            var depth = 0
            while rest.first == ">" {
                depth += 1
                rest.removeFirst()
                if rest.first == " " { rest.removeFirst() }
            }
            paragraphs.append(FlowedText.Paragraph(quoteDepth: depth, text: String(rest)))
        }
        while paragraphs.last?.text.isEmpty == true, paragraphs.last?.quoteDepth == 0 { paragraphs.removeLast() }
        return FlowedText(paragraphs: paragraphs)
    }

    private static func part(_ attachment: Attachment) throws(MailFailure) -> MessagePart {
        switch attachment {
        case .octets(let octets, let name, let mediaType) where mediaType == "message/rfc822":
            return .message(ByteSource(octets), fileName: name)
        case .octets(let octets, let name, let mediaType):
            return .attachment(fileName: name, mediaType: mediaType, ByteSource(octets))
        case .file(let path):
            let file = try AttachedFile(path)
            return .attachment(fileName: file.name, mediaType: file.mediaType, file.source)
        }
    }
}

/// A file that is sent with a message.
struct AttachedFile {
    let name: String
    let mediaType: String
    let source: ByteSource

    /// - Throws: what is wrong with it.
    init(_ path: String) throws(MailFailure) {
        var state = stat()
        guard stat(path, &state) == 0 else {
            throw MailFailure(
                .here, "\(path) can't be attached: \(String(cString: strerror(errno)))", advice: "check its name")
        }
        guard state.st_mode & S_IFMT == S_IFREG else {
            throw MailFailure(.here, "\(path) can't be attached: it is no file")
        }
        guard access(path, R_OK) == 0 else {
            throw MailFailure(.here, "\(path) can't be attached: \(String(cString: strerror(errno)))")
        }
        guard Int64(state.st_size) <= MailClientLimits.attachmentOctetsMax else {
            throw MailFailure(.here, "\(path) is too large to be sent by mail")
        }
        name = path.split(separator: "/").last.map(String.init) ?? "file"
        mediaType = Self.mediaType(name)
        source = ByteSource(sizeBytes: Int(state.st_size)) { body in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw MailFailure(.here, "\(path) can't be read") }
            defer { close(descriptor) }
            var piece = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &piece, piece.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw MailFailure(.here, "\(path) can't be read") }
                guard count > 0 else { return }
                let chunk = Array(piece[..<count])
                try body(chunk.span)
            }
        }
    }

    private static func mediaType(_ name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() ?? "" {
        case "txt", "log", "md": "text/plain"
        case "html", "htm": "text/html"
        case "csv": "text/csv"
        case "ics": "text/calendar"
        case "pdf": "application/pdf"
        case "zip": "application/zip"
        case "gz", "tgz": "application/gzip"
        case "json": "application/json"
        case "xml": "application/xml"
        case "doc": "application/msword"
        case "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case "xls": "application/vnd.ms-excel"
        case "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case "odt": "application/vnd.oasis.opendocument.text"
        case "ods": "application/vnd.oasis.opendocument.spreadsheet"
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "svg": "image/svg+xml"
        case "mp3": "audio/mpeg"
        case "mp4": "video/mp4"
        default: "application/octet-stream"
        }
    }
}
