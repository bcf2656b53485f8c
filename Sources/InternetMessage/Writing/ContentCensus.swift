/// What a content consists of, seen in chunks: enough to choose its transfer encoding (RFC 2045 §2.7–2.9).
struct ContentCensus {
    private(set) var count = 0
    private(set) var eightBitCount = 0
    /// Octets that quoted-printable writes as three.
    private(set) var escapedCount = 0
    private(set) var lineLengthMax = 0
    private(set) var hasNUL = false
    /// A CR or LF that is no part of CRLF.
    private(set) var hasBareLineEnd = false
    /// A line starts like the boundaries that are planned.
    private(set) var hasDelimiter = false

    private let delimiter: [UInt8]
    private var lineLength = 0
    private var matched = 0
    private var previous: UInt8 = 0

    /// `boundaryPrefix` is what all planned boundaries start with.
    init(boundaryPrefix: String) {
        delimiter = Array("--\(boundaryPrefix)".utf8)
    }

    mutating func look(at chunk: Span<UInt8>) {
        chunk.withUnsafeBufferPointer { source in
            for octet in source { look(at: octet) }
        }
    }

    mutating func finish() {
        if previous == 0x0D { hasBareLineEnd = true }
        lineLengthMax = max(lineLengthMax, lineLength)
    }

    /// The identity encoding that says the truth about the content.
    var identityEncoding: ContentTransferEncoding {
        if hasNUL || hasBareLineEnd || lineLengthMax > Self.lineLengthLimit { return .binary }
        return eightBitCount > 0 ? .eightBit : .sevenBit
    }

    /// Of quoted-printable and base64 the one that gives less.
    var shorterEncoding: ContentTransferEncoding {
        let quotedPrintable = (count + escapedCount * 2) * 78 / 75
        return quotedPrintable <= count * 4 / 3 * 78 / 76 ? .quotedPrintable : .base64
    }

    /// RFC 5322 §2.1.1, without CRLF.
    static let lineLengthLimit = 998

    private mutating func look(at octet: UInt8) {
        count += 1
        // Whatever ends a line for some reader starts one here.
        if matched == lineLength, matched < delimiter.count, octet == delimiter[matched] {
            matched += 1
            if matched == delimiter.count { hasDelimiter = true }
        }
        if octet >= 0x80 { eightBitCount += 1 }
        if octet == 0 { hasNUL = true }
        if octet == UInt8(ascii: "=") || octet >= 0x7F || (octet < 0x20 && octet != 0x0D && octet != 0x0A) {
            escapedCount += 1
        }
        if octet == 0x0A {
            if previous != 0x0D { hasBareLineEnd = true }
            lineLengthMax = max(lineLengthMax, lineLength - (previous == 0x0D ? 1 : 0))
            lineLength = 0
            matched = 0
        } else {
            if previous == 0x0D {
                hasBareLineEnd = true
                lineLengthMax = max(lineLengthMax, lineLength)
                lineLength = 0
                matched = octet == delimiter[0] ? 1 : 0
            }
            lineLength += 1
        }
        previous = octet
    }
}
