/// Writes header fields, folded at 78 octets where there is a place for it, never over 998 (RFC 5322 §2.1.1).
struct HeaderWriter {
    private(set) var output: [UInt8] = []
    let form: MessageWriteOptions.HeaderForm
    private var column = 0
    /// Octets of the field's name and colon, behind which alone no line ends.
    private var nameLength = 0
    private var lineHasEncodedWord = false

    private static let lineLengthPreferred = 78
    /// Lines with encoded words have at most 76 octets (RFC 2047 §2).
    private static let encodedLineLengthMax = 76
    /// What has no blank for so long is encoded, so that it can be folded.
    static let wordLengthMax = 900

    init(form: MessageWriteOptions.HeaderForm) {
        self.form = form
    }

    /// Starts a field whose name is known to be one.
    mutating func begin(_ name: String) {
        output.append(contentsOf: name.utf8)
        output.append(UInt8(ascii: ":"))
        nameLength = name.utf8.count + 1
        column = nameLength
    }

    mutating func end() {
        output.append(contentsOf: [0x0D, 0x0A])
        column = 0
        lineHasEncodedWord = false
    }

    /// Writes a word that nothing may be put into, behind `gap` spaces; on a line of its own when it does not fit.
    mutating func put(_ word: some Collection<UInt8>, gap: Int = 1) {
        let isFirst = column == nameLength
        let room = lineHasEncodedWord ? Self.encodedLineLengthMax : Self.lineLengthPreferred
        let fits = column + gap + word.count <= room
        // A word too long for any line starts no new one behind the name: some readers see an empty field there.
        let foldingHelps = !isFirst || gap + word.count <= Self.lineLengthPreferred
        if !fits, foldingHelps { fold() }
        output.append(contentsOf: repeatElement(0x20, count: gap))
        output.append(contentsOf: word)
        column += gap + word.count
    }

    /// Writes what is folded already, or need not be.
    mutating func putVerbatim(_ octets: [UInt8]) {
        output.append(contentsOf: octets)
    }

    private mutating func fold() {
        end()
    }

    /// Writes text as encoded words, each of them on a line that has room for it.
    mutating func putEncoded(_ text: [UInt8]) {
        let encoding = EncodedWordEncoding(shorterFor: text)
        var rest = text[...]
        let freshRoom = Self.encodedLineLengthMax - 1 - EncodedWordEncoding.frameLength
        while !rest.isEmpty {
            var room = freshRoom - column
            // One word on the next line reads better than two.
            let isWholeOnNextLine =
                column > nameLength && encoding.piece(of: rest, room: room).count < rest.count
                && encoding.piece(of: rest, room: freshRoom).count == rest.count
            if room < EncodedWordEncoding.roomMin || isWholeOnNextLine {
                fold()
                room = freshRoom
            }
            let piece = encoding.piece(of: rest, room: min(room, EncodedWordEncoding.textLengthMax))
            rest = rest[piece.endIndex...]
            output.append(0x20)
            let word = encoding.word(piece)
            output.append(contentsOf: word)
            column += 1 + word.count
            lineHasEncodedWord = true
        }
    }

    /// A field with one short value of ours.
    mutating func writeToken(_ name: String, _ value: String) {
        begin(name)
        put(value.utf8)
        end()
    }

    /// A field of text for people.
    mutating func writeUnstructured(_ name: String, _ text: String) throws(MessageWriteError) {
        try Self.checkFieldName(name)
        begin(name)
        for run in HeaderWords(text, form: form).runs {
            switch run {
            case .plain(let word, let gap): put(word, gap: gap)
            case .encoded(let octets): putEncoded(octets)
            }
        }
        end()
    }

    /// `ftext` of RFC 5322 §3.6.8.
    static func checkFieldName(_ name: String) throws(MessageWriteError) {
        let isRight = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
        guard isRight, (1...70).contains(name.utf8.count) else { throw MessageWriteError.fieldName(name) }
    }
}
