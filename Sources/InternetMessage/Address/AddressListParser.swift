/// Reads address lists (RFC 5322 §3.4, the obsolete syntax of §4.4, UTF-8 of RFC 6532) and what real mail has in their
/// place; it never fails. What is broken is read as RFC 7103 §7.1 advises.
///
/// One pass without recursion: comments and groups may nest or repeat as they like.
package struct AddressListParser {
    private let octets: Octets
    private let addressesMax: Int
    private var position: Int
    private var items: [AddressListItem] = []
    private var isInGroup = false
    /// What follows an address without a comma is no other one unless it has one of its own.
    private var isBehindAddress = false
    /// Set once a comment or quoted string was found that never ends: such marks are skipped from there on.
    private var commentsNeverEnd = false
    private var quotesNeverEnd = false

    /// The addresses of a field's value, folded or not; at most `limit` of them.
    package static func parse(_ value: ArraySlice<UInt8>, limit: Int = Int.max) -> [AddressListItem] {
        value.withUnsafeBytes { parse(Octets($0), limit: limit) }
    }

    static func parse(_ value: Octets, limit: Int) -> [AddressListItem] {
        var parser = AddressListParser(value, limit: limit)
        while !parser.isAtEnd, parser.items.count < limit { parser.readAddress() }
        if parser.isInGroup { parser.items.append(.groupEnd) }
        return parser.items
    }

    private init(_ octets: Octets, limit: Int) {
        self.octets = octets
        addressesMax = limit
        position = octets.start
    }

    private var isAtEnd: Bool { position >= octets.end }
    private var next: UInt8 { octets[position] }

    /// What was read of an address before it is known what it is.
    private struct Words {
        /// The words with a space where blanks stood: a display name.
        var phrase: [UInt8] = []
        /// The same without blanks: a local part (RFC 5322 §4.4 allows blanks around its dots).
        var local: [UInt8] = []
        var comment: [UInt8]?
        var blankPending = false
        var hasBlank = false

        mutating func append(_ octet: UInt8) {
            flushBlank()
            phrase.append(octet)
            local.append(octet)
        }

        mutating func append(_ text: [UInt8]) {
            flushBlank()
            phrase.append(contentsOf: text)
            local.append(contentsOf: text)
        }

        private mutating func flushBlank() {
            if blankPending, !phrase.isEmpty {
                phrase.append(ASCII.space)
                hasBlank = true
            }
            blankPending = false
        }
    }

    /// Reads up to the comma behind one address, or the mark that begins or ends a group.
    private mutating func readAddress() {
        var words = Words()
        while !isAtEnd {
            let octet = next
            switch octet {
            case ASCII.comma:
                position += 1
                return finishWithoutAddress(words)
            case ASCII.semicolon:
                position += 1
                finishWithoutAddress(words)
                if isInGroup { items.append(.groupEnd) }
                isInGroup = false
                return
            case ASCII.colon where !isInGroup:
                position += 1
                guard !words.phrase.isEmpty else { continue }
                isInGroup = true
                isBehindAddress = false
                return items.append(.groupStart(words.phrase))
            case ASCII.less:
                return readAngleAddress(words)
            case ASCII.at:
                return readDomain(of: words)
            default:
                readWord(octet, into: &words)
            }
        }
        finishWithoutAddress(words)
    }

    /// Takes what can stand in a phrase or local part: a quoted string, a comment, a blank, any other octet.
    private mutating func readWord(_ octet: UInt8, into words: inout Words) {
        switch octet {
        case ASCII.space, ASCII.tab, ASCII.cr, ASCII.lf:
            words.blankPending = true
            position += 1
        case ASCII.openParenthesis:
            if let comment = readComment(), words.comment == nil { words.comment = comment }
            words.blankPending = true
        case ASCII.quote:
            if let text = readQuotedString() { words.append(text) }
        case ASCII.greater:
            position += 1
        case ASCII.backslash where position + 1 < octets.end:
            words.append(octets[position + 1])
            position += 2
        default:
            words.append(octet)
            position += 1
        }
    }

    /// The text of the comment here, or nil, one octet further, when it never ends.
    private mutating func readComment() -> [UInt8]? {
        guard !commentsNeverEnd, let end = octets.endOfComment(from: position) else {
            commentsNeverEnd = true
            position += 1
            return nil
        }
        let text = octets.unquoted(position + 1..<end - 1)
        position = end
        let blanks = text.prefix { $0.isBlank }.count
        let trimmed = text.dropFirst(blanks)
        let isEmpty = trimmed.isEmpty
        return isEmpty ? nil : Array(trimmed.prefix(trimmed.count - trimmed.reversed().prefix { $0.isBlank }.count))
    }

    /// The text of the quoted string here, or nil, one octet further, when it never ends.
    private mutating func readQuotedString() -> [UInt8]? {
        guard !quotesNeverEnd, let end = octets.endOfQuotedString(from: position) else {
            quotesNeverEnd = true
            position += 1
            return nil
        }
        let text = octets.unquoted(position + 1..<end)
        position = end + 1
        return text
    }

    /// A name without an address: one word is a local part without its domain, more are a display name.
    private mutating func finishWithoutAddress(_ words: Words) {
        defer { isBehindAddress = false }
        guard !words.phrase.isEmpty, !isBehindAddress else { return }
        if words.hasBlank {
            append(name: words.phrase, route: nil, local: [], domain: [])
        } else {
            append(name: words.comment, route: nil, local: words.phrase, domain: [])
        }
    }

    private mutating func append(name: [UInt8]?, route: [UInt8]?, local: [UInt8], domain: [UInt8]) {
        let name = name.flatMap { $0.isEmpty ? nil : $0 }
        guard name != nil || !local.isEmpty || !domain.isEmpty else { return }
        items.append(.address(HeaderAddress(displayName: name, route: route, localPart: local, domain: domain)))
    }
}

extension AddressListParser {
    /// Reads what follows the `@` of an address without angle brackets.
    private mutating func readDomain(of words: Words) {
        var local = words.local
        var domain: [UInt8] = []
        var comment = words.comment
        while !isAtEnd {
            switch next {
            case ASCII.at:
                // A second one: the last one counts.
                if !domain.isEmpty { local += [ASCII.at] + domain }
                position += 1
                domain = readDomainName(&comment)
            case ASCII.openParenthesis:
                if let text = readComment(), comment == nil { comment = text }
            case ASCII.less:
                // An address where a display name should be, without quotes.
                var name = words
                name.blankPending = false
                name.append([ASCII.at] + domain)
                return readAngleAddress(name)
            case ASCII.comma:
                position += 1
                return append(name: comment, route: nil, local: local, domain: domain)
            case ASCII.semicolon:
                return append(name: comment, route: nil, local: local, domain: domain)
            case ASCII.greater:
                position += 1
            case let octet where octet.isFoldingSpace:
                position += 1
            default:
                // Another address without a comma before it, or nothing.
                isBehindAddress = true
                return append(name: comment, route: nil, local: local, domain: domain)
            }
        }
        append(name: comment, route: nil, local: local, domain: domain)
    }

    /// Reads from the `<` of an address to behind its `>`, and a comma behind that.
    private mutating func readAngleAddress(_ words: Words) {
        var comment = words.comment
        while next == ASCII.less || next.isFoldingSpace { position += 1 }
        let route = next == ASCII.at ? readRoute() : nil
        var local: [UInt8] = []
        var domain: [UInt8] = []
        reading: while !isAtEnd {
            switch next {
            case ASCII.greater, ASCII.comma, ASCII.less:
                break reading
            case ASCII.at:
                if !domain.isEmpty { local += [ASCII.at] + domain }
                position += 1
                domain = readDomainName(&comment)
            case _ where !domain.isEmpty:
                position += 1
            default:
                var word = Words()
                readWord(next, into: &word)
                local += word.local
            }
        }
        while !isAtEnd, next == ASCII.greater { position += 1 }
        skipBehindAngle(&comment)
        append(name: words.phrase.isEmpty ? comment : words.phrase, route: route, local: local, domain: domain)
    }

    private mutating func skipBehindAngle(_ comment: inout [UInt8]?) {
        isBehindAddress = true
        while !isAtEnd {
            if next.isFoldingSpace || next == ASCII.greater {
                position += 1
            } else if next == ASCII.openParenthesis {
                if let text = readComment(), comment == nil { comment = text }
            } else if next == ASCII.comma {
                position += 1
                isBehindAddress = false
                return
            } else {
                return
            }
        }
    }

    /// `@a,@b` before a colon; nil, and nothing read, when no colon ends it.
    private mutating func readRoute() -> [UInt8]? {
        var ahead = self
        var route: [UInt8] = []
        while !ahead.isAtEnd, ahead.next != ASCII.greater, ahead.next != ASCII.less {
            switch ahead.next {
            case ASCII.colon:
                self = ahead
                position += 1
                return route
            case ASCII.openParenthesis:
                _ = ahead.readComment()
            case let octet:
                if !octet.isFoldingSpace { route.append(octet) }
                ahead.position += 1
            }
        }
        return nil
    }

    /// A domain or domain literal, blanks and comments around its dots left out (RFC 5322 §4.4).
    private mutating func readDomainName(_ comment: inout [UInt8]?) -> [UInt8] {
        var domain: [UInt8] = []
        while !isAtEnd {
            switch next {
            case ASCII.space, ASCII.tab, ASCII.cr, ASCII.lf:
                position += 1
                guard domain.isEmpty || domain.last == ASCII.dot || nextVisible == ASCII.dot else { return domain }
            case ASCII.openParenthesis:
                if let text = readComment(), comment == nil { comment = text }
                guard domain.isEmpty || domain.last == ASCII.dot || nextVisible == ASCII.dot else { return domain }
            case ASCII.openBracket where domain.isEmpty:
                return readDomainLiteral()
            case ASCII.comma, ASCII.semicolon, ASCII.less, ASCII.greater, ASCII.at, ASCII.quote, ASCII.colon:
                return domain
            case let octet:
                domain.append(octet)
                position += 1
            }
        }
        return domain
    }

    /// The next octet that is no blank; blanks before it are skipped.
    private var nextVisible: UInt8 {
        mutating get {
            while !isAtEnd, next.isFoldingSpace { position += 1 }
            return next
        }
    }

    private mutating func readDomainLiteral() -> [UInt8] {
        var literal: [UInt8] = []
        while !isAtEnd {
            let octet = next
            position += 1
            if octet == ASCII.backslash, !isAtEnd {
                literal.append(next)
                position += 1
            } else if !octet.isFoldingSpace {
                literal.append(octet)
            }
            if octet == ASCII.closeBracket { break }
        }
        return literal
    }
}
