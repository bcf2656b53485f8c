internal import MailCore

/// Reads one command: a place in its octets, moved forward by the grammar's functions.
///
/// The octets are the whole command without its last line end, literals within it: `{3}`, CRLF, three octets. Where a
/// function looks before it takes, it looks at one octet or one word; nothing is read twice. Functions that call
/// themselves count their depth. The ABNF stands above each function; what is not said there is RFC 9051 §9.
struct IMAPParser {
    let octets: [UInt8]
    let grammar: IMAPGrammar
    private(set) var index: Int

    init(_ octets: [UInt8], at index: Int = 0, grammar: IMAPGrammar) {
        self.octets = octets
        self.index = index
        self.grammar = grammar
    }

    var limits: IMAPLimits { grammar.limits }

    var isAtEnd: Bool { index >= octets.count }

    /// The octet to come; nil at the end.
    var peek: UInt8? { index < octets.count ? octets[index] : nil }

    func offers(_ capability: IMAPCapability) -> Bool { grammar.capabilities.contains(capability) }

    // MARK: Octets

    /// Takes one octet if it is this one.
    mutating func take(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        index += 1
        return true
    }

    /// Takes this octet, or refuses the command.
    mutating func expect(_ octet: UInt8) throws(IMAPSyntaxError) {
        guard take(octet) else { throw isAtEnd ? .missingArgument : .invalidArgument }
    }

    /// `SP`: one space.
    mutating func space() throws(IMAPSyntaxError) { try expect(UInt8(ascii: " ")) }

    /// Whether this octet stands behind the next one.
    func follows(_ octet: UInt8) -> Bool { index + 1 < octets.count && octets[index + 1] == octet }

    /// Takes octets as long as they fit; perhaps none.
    mutating func take(while fits: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = index
        while index < octets.count, fits(octets[index]) { index += 1 }
        return octets[start..<index]
    }

    /// Takes so many octets; nil where there are fewer.
    mutating func take(count: Int) -> ArraySlice<UInt8>? {
        guard count <= octets.count - index else { return nil }
        index += count
        return octets[(index - count)..<index]
    }

    /// Nothing is left but spaces, which are forgiven.
    mutating func end() throws(IMAPSyntaxError) {
        _ = take { $0 == UInt8(ascii: " ") }
        guard isAtEnd else { throw .extraArgument }
    }

    // MARK: Words and numbers

    /// An `atom` that is a word of the grammar, in capitals; `[` ends it, so that `BODY[` is the word `BODY`.
    mutating func word() throws(IMAPSyntaxError) -> String {
        let word = take { $0.isAtomOctet && $0 != UInt8(ascii: "[") }
        guard !word.isEmpty else { throw isAtEnd ? .missingArgument : .invalidArgument }
        guard word.count <= 64 else { throw .invalidArgument }
        return String(decoding: word.map(\.capital), as: UTF8.self)
    }

    /// Takes a word if it comes next and ends there.
    mutating func take(word expected: StaticString) -> Bool {
        let count = expected.utf8CodeUnitCount
        guard octets.count - index >= count, octets[index..<(index + count)].isKeyword(expected) else { return false }
        if index + count < octets.count, octets[index + count].isAtomOctet { return false }
        index += count
        return true
    }

    /// `number64 = 1*DIGIT`: an unsigned 63-bit number.
    mutating func number64() throws(IMAPSyntaxError) -> UInt64 {
        let digits = take(while: \.isDigit)
        guard !digits.isEmpty else { throw isAtEnd ? .missingArgument : .invalidArgument }
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit - 0x30))
            guard !overflowed, !carried, sum <= UInt64(Int64.max) else { throw .bad("Number too large") }
            value = sum
        }
        return value
    }

    /// `number = 1*DIGIT`: an unsigned 32-bit number.
    mutating func number() throws(IMAPSyntaxError) -> UInt32 {
        guard let number = UInt32(exactly: try number64()) else { throw .bad("Number too large") }
        return number
    }

    /// `nz-number = digit-nz *DIGIT`: a number that is not zero.
    mutating func nonZeroNumber() throws(IMAPSyntaxError) -> UInt32 {
        guard peek != UInt8(ascii: "0") else { throw .bad("Zero where a number is due") }
        return try number()
    }

    /// `mod-sequence-valzer = "0" / mod-sequence-value` (RFC 7162 §7)
    mutating func modSeqOrZero() throws(IMAPSyntaxError) -> ModSeq {
        ModSeq(rawValue: Int64(try number64()))
    }

    /// `mod-sequence-value = 1*DIGIT` (RFC 7162 §7): 1 at least
    mutating func modSeq() throws(IMAPSyntaxError) -> ModSeq {
        let modSeq = try modSeqOrZero()
        guard modSeq.rawValue > 0 else { throw .bad("Zero where a mod-sequence is due") }
        return modSeq
    }

    // MARK: Lists

    /// `"(" item *(SP item) ")"`
    mutating func list<Item>(
        _ item: (inout IMAPParser) throws(IMAPSyntaxError) -> Item
    ) throws(IMAPSyntaxError) -> [Item] {
        let items = try listOrNothing(item)
        guard !items.isEmpty else { throw .missingArgument }
        return items
    }

    /// `"(" [item *(SP item)] ")"`
    mutating func listOrNothing<Item>(
        _ item: (inout IMAPParser) throws(IMAPSyntaxError) -> Item
    ) throws(IMAPSyntaxError) -> [Item] {
        try expect(UInt8(ascii: "("))
        var items: [Item] = []
        guard !take(UInt8(ascii: ")")) else { return items }
        repeat {
            guard items.count < limits.listItemsMax else { throw .tooManyItems }
            items.append(try item(&self))
        } while take(UInt8(ascii: " "))
        try expect(UInt8(ascii: ")"))
        return items
    }
}
