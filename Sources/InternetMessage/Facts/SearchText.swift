/// The words of a message for the search index: made behind the mail path, never on it.
package struct SearchText: Sendable, Hashable {
    /// Subject, as text.
    package let subject: String
    /// Names and addresses of From, Sender and Reply-To.
    package let from: String
    /// Names and addresses of To, Cc and Bcc.
    package let recipients: String
    /// The text of all parts, HTML stripped, with the subjects and senders of messages within and names of files;
    /// bounded by ``MessageLimits/searchTextOctetsMax``.
    package let body: String

    /// Reads the message at hand and all that is in it.
    package init(_ message: ParsedMessage, in bytes: UnsafeRawBufferPointer) {
        let octets = Octets(bytes, limit: MessageLimits.octetsMax)
        let reader = Reader(message: message, octets: octets)
        subject = reader.subject(of: 0)
        from = reader.addresses([.from, .sender, .replyTo], of: 0)
        recipients = reader.addresses([.to, .cc, .bcc], of: 0)
        body = reader.body()
    }

    /// Parses `bytes` and reads what is in it.
    package init(parsing bytes: UnsafeRawBufferPointer, limits: MessageLimits = MessageLimits()) {
        self.init(ParsedMessage(parsing: bytes, limits: limits), in: bytes)
    }

    /// Parses `bytes` and reads what is in it.
    package init(parsing bytes: [UInt8], limits: MessageLimits = MessageLimits()) {
        self = bytes.withUnsafeBytes { SearchText(parsing: $0, limits: limits) }
    }
}

extension SearchText: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String { "SearchText(\(body.utf8.count) octets)" }
}

private struct Reader {
    let message: ParsedMessage
    let octets: Octets

    func subject(of part: Int) -> String {
        let line = message.line(.subject, of: part, in: octets, octetsMax: message.limits.subjectOctetsMax)
        return line.map { HeaderText.decode(unstructured: $0[...]) } ?? ""
    }

    func addresses(_ kinds: [HeaderField.Kind], of part: Int) -> String {
        var words: [String] = []
        for kind in kinds {
            for item in message.addresses(kind, of: part, in: octets) {
                switch item {
                case .address(let address):
                    if let name = address.displayText { words.append(name) }
                    words.append(address.addressText)
                case .groupStart(let name): words.append(HeaderText.decode(unstructured: name[...]))
                case .groupEnd: break
                }
            }
        }
        return words.joined(separator: " ")
    }

    func body() -> String {
        var text: [UInt8] = []
        let limit = message.limits.searchTextOctetsMax
        for part in message.parts.indices {
            guard text.count < limit else { break }
            let details = PartDetails(of: part, in: message, octets)
            append(details.fileName ?? "", to: &text)
            if let parent = message.parts[part].parent, message.parts[parent].kind == .message {
                append(subject(of: part), to: &text)
                append(addresses([.from, .to, .cc], of: part), to: &text)
            }
            guard message.parts[part].kind == .leaf else { continue }
            let content = DecodedText(message: message, octets: octets)
                .text(of: part, details.type, limit: limit - min(limit, text.count))
            append(content, to: &text)
        }
        return String(decoding: text.prefix(limit), as: UTF8.self)
    }

    private func append(_ line: String, to text: inout [UInt8]) {
        guard !line.isEmpty else { return }
        text.append(contentsOf: line.utf8)
        text.append(ASCII.lf)
    }
}
