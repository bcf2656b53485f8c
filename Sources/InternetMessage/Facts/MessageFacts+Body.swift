extension MessageFacts {
    /// IMAP's BODY: the stored BODYSTRUCTURE without its extension data (RFC 9051 §7.5.2). Nil when it is none (the
    /// disk's fault): parse the message again then.
    package static func body(fromStructure structure: [UInt8]) -> [UInt8]? {
        var reader = StructureReader(structure)
        guard reader.copyBody(depth: 0), reader.isAtEnd else { return nil }
        return reader.output
    }
}

/// Copies the basic fields of a structure that ``BodyStructureWriter`` wrote, and skips the others.
private struct StructureReader {
    private let input: [UInt8]
    private var position = 0
    private(set) var output: [UInt8] = []

    /// More than any structure that we write.
    private static let depthMax = 1_000

    init(_ input: [UInt8]) {
        self.input = input
        output.reserveCapacity(input.count)
    }

    var isAtEnd: Bool { position == input.count }

    private var next: UInt8 { position < input.count ? input[position] : 0 }

    mutating func copyBody(depth: Int) -> Bool {
        guard depth < Self.depthMax, copy(ASCII.openParenthesis) else { return false }
        if next == ASCII.openParenthesis {
            while next == ASCII.openParenthesis {
                guard copyBody(depth: depth + 1) else { return false }
            }
            // The subtype.
            guard copySpaceAndItem() else { return false }
        } else {
            guard copyBasicFields(depth: depth) else { return false }
        }
        while next == ASCII.space {
            position += 1
            guard skipItem() else { return false }
        }
        return copy(ASCII.closeParenthesis)
    }

    /// Type, subtype, parameters, id, description, encoding, octets; then what text and messages have in addition.
    private mutating func copyBasicFields(depth: Int) -> Bool {
        let typeStart = position
        guard copyItem() else { return false }
        let type = input[typeStart..<position]
        let subtypeStart = position
        for _ in 0..<6 {
            guard copySpaceAndItem() else { return false }
        }
        if type.elementsEqual("\"TEXT\"".utf8) { return copySpaceAndItem() }
        guard type.elementsEqual("\"MESSAGE\"".utf8) else { return true }
        let subtype = input[subtypeStart...].dropFirst()
        guard subtype.starts(with: "\"RFC822\"".utf8) || subtype.starts(with: "\"GLOBAL\"".utf8) else { return true }
        return copySpaceAndItem() && copy(ASCII.space) && copyBody(depth: depth + 1) && copySpaceAndItem()
    }

    private mutating func copy(_ octet: UInt8) -> Bool {
        guard next == octet, position < input.count else { return false }
        output.append(octet)
        position += 1
        return true
    }

    private mutating func copySpaceAndItem() -> Bool { copy(ASCII.space) && copyItem() }

    private mutating func copyItem() -> Bool {
        let start = position
        guard skipItem() else { return false }
        output.append(contentsOf: input[start..<position])
        return true
    }

    /// Steps over a string, number, `NIL` or list of such, however deep.
    private mutating func skipItem() -> Bool {
        var depth = 0
        repeat {
            guard position < input.count else { return false }
            switch next {
            case ASCII.openParenthesis:
                depth += 1
                position += 1
            case ASCII.closeParenthesis:
                guard depth > 0 else { return false }
                depth -= 1
                position += 1
            case ASCII.space where depth > 0: position += 1
            case ASCII.quote: guard skipQuoted() else { return false }
            case ASCII.openBrace: guard skipLiteral() else { return false }
            default: guard skipAtom() else { return false }
            }
        } while depth > 0
        return true
    }

    private mutating func skipQuoted() -> Bool {
        position += 1
        while position < input.count, input[position] != ASCII.quote {
            position += input[position] == ASCII.backslash ? 2 : 1
        }
        position += 1
        return position <= input.count
    }

    private mutating func skipLiteral() -> Bool {
        position += 1
        var count = 0
        while next.isASCIIDigit, count < input.count {
            count = count * 10 + Int(next &- 0x30)
            position += 1
        }
        // `}`, CR, LF
        position += 3
        guard count <= input.count, position + count <= input.count else { return false }
        position += count
        return true
    }

    private mutating func skipAtom() -> Bool {
        let start = position
        while position < input.count, next.isASCIIDigit || next.isASCIILetter { position += 1 }
        return position > start
    }
}
