/// Where the parts of a message are, and nothing else: what `BODY[1.2]<0.2048>` needs in order to be one read of the
/// stored blob. Kept beside the message as ``encoded()``.
package struct PartIndex: Sendable, Hashable {
    /// One part. Its header with the empty line comes first, its body follows at once.
    package struct Entry: Sendable, Hashable {
        /// The position of the part that it is in; nil for the message itself.
        package let parent: Int?
        package let kind: Part.Kind
        package let encoding: ContentTransferEncoding
        /// The position of the header's first octet in the blob.
        package let headerStart: Int
        package let headerCount: Int
        package let bodyCount: Int
        /// Line ends in the body.
        package let bodyLines: Int

        /// The header with its empty line.
        package var header: ByteRange { ByteRange(headerStart, headerStart + headerCount) }
        /// The body as encoded.
        package var body: ByteRange { ByteRange(headerStart + headerCount, headerStart + headerCount + bodyCount) }
    }

    /// The message first, every part behind the one that it is in.
    package let entries: [Entry]
    /// For each entry its parts, in order.
    private let children: [Int: [Int]]

    init(entries: [Entry]) {
        self.entries = entries
        var children: [Int: [Int]] = [:]
        for (position, entry) in entries.enumerated() {
            if let parent = entry.parent { children[parent, default: []].append(position) }
        }
        self.children = children
    }

    /// The table of a message that was just read.
    package init(_ message: ParsedMessage) {
        self.init(
            entries: message.parts.map { part in
                Entry(
                    parent: part.parent, kind: part.kind, encoding: part.encoding,
                    headerStart: part.header.lowerBound, headerCount: part.header.count,
                    bodyCount: part.body.count, bodyLines: Int(part.bodyLines))
            })
    }

    /// The part that IMAP's part numbers name (RFC 9051 §6.4.5.1); nil when the message has none such.
    ///
    /// No number at all names the message. Part 1 of a message without parts is its body. The parts of an
    /// encapsulated message follow its own number at once: `3.1` is the first part of the message that part 3 is.
    package func part(_ numbers: [Int]) -> Int? {
        guard !entries.isEmpty else { return nil }
        // `scope` is the multipart or the message whose parts the next number counts.
        var scope: Int? = 0
        var part = 0
        for number in numbers {
            guard let current = scope, let found = child(number, of: current) else { return nil }
            part = found
            switch entries[found].kind {
            case .leaf: scope = nil
            case .multipart: scope = found
            case .message: scope = children[found]?.first
            }
        }
        return part
    }

    private func child(_ number: Int, of scope: Int) -> Int? {
        if entries[scope].kind == .multipart {
            let parts = children[scope] ?? []
            return parts.indices.contains(number - 1) ? parts[number - 1] : nil
        }
        return number == 1 ? scope : nil
    }

    /// The octets that a section names; nil when there are none such: an unknown part, or the header of what is no
    /// message.
    package func range(of section: BodySection) -> ByteRange? {
        guard let position = part(section.numbers) else { return nil }
        let entry = entries[position]
        let isWhole = section.numbers.isEmpty
        switch section.specifier {
        case .contents:
            return isWhole ? ByteRange(entry.headerStart, entry.body.upperBound) : entry.body
        case .mime:
            return isWhole ? nil : entry.header
        case .header:
            return isWhole ? entry.header : message(in: position)?.header
        case .text:
            return isWhole ? entry.body : message(in: position)?.body
        }
    }

    private func message(in part: Int) -> Entry? {
        guard entries[part].kind == .message, let message = children[part]?.first else { return nil }
        return entries[message]
    }
}

/// What stands between the brackets of `BODY[…]`, but for the names of fields (RFC 9051 §6.4.5.1).
package struct BodySection: Sendable, Hashable {
    /// What of the part.
    package enum Specifier: Sendable, Hashable {
        /// `BODY[]`, `BODY[1.2]`.
        case contents
        /// `BODY[HEADER]`, `BODY[1.2.HEADER]`; its fields are chosen by the caller.
        case header
        /// `BODY[TEXT]`, `BODY[1.2.TEXT]`.
        case text
        /// `BODY[1.2.MIME]`.
        case mime
    }

    /// Part numbers, each 1 or more; empty for the message.
    package let numbers: [Int]
    package let specifier: Specifier

    package init(_ numbers: [Int] = [], _ specifier: Specifier = .contents) {
        self.numbers = numbers
        self.specifier = specifier
    }

    /// Reads `1.2.MIME`, in either case; nil for what is no section.
    package init?(_ text: String) {
        var numbers: [Int] = []
        var specifier = Specifier.contents
        let words = text.utf8.isEmpty ? [] : text.utf8.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        for (position, word) in words.enumerated() {
            if let number = Self.number(word) {
                numbers.append(number)
                continue
            }
            guard position == words.count - 1, let named = Self.specifier(word) else { return nil }
            specifier = named
        }
        if specifier == .mime, numbers.isEmpty { return nil }
        self.init(numbers, specifier)
    }

    private static func number(_ word: Substring.UTF8View) -> Int? {
        guard word.count <= 9, let first = word.first, first != 0x30, word.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        return word.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    private static func specifier(_ word: Substring.UTF8View) -> Specifier? {
        switch String(decoding: word.map(\.asciiLowercased), as: UTF8.self) {
        case "header": .header
        case "text": .text
        case "mime": .mime
        default: nil
        }
    }
}
