#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A borrowed look at octets that the caller keeps alive, with positions counted from the start of the whole message.
///
/// Reading outside of it gives NUL, so that no input can make a trap and no mistake of ours can leave the message.
/// Never stored beyond the call that was handed it.
struct Octets {
    private let base: UnsafeRawPointer?
    /// The first position that can be read.
    let start: Int
    /// The position behind the last one that can be read.
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer, limit: Int = Int.max) {
        base = bytes.baseAddress
        start = 0
        end = bytes.baseAddress == nil ? 0 : min(bytes.count, limit)
    }

    private init(base: UnsafeRawPointer?, start: Int, end: Int) {
        self.base = base
        self.start = start
        self.end = end
    }

    var isEmpty: Bool { start >= end }
    var count: Int { max(0, end - start) }

    @inline(__always)
    subscript(position: Int) -> UInt8 {
        guard position >= start, position < end, let base else { return 0 }
        return base.load(fromByteOffset: position, as: UInt8.self)
    }

    /// The same octets seen through a smaller window; what lies outside of this one stays outside.
    subscript(range: ByteRange) -> Octets {
        let lower = min(max(range.lowerBound, start), end)
        return Octets(base: base, start: lower, end: max(lower, min(range.upperBound, end)))
    }

    subscript(range: Range<Int>) -> Octets { self[ByteRange(range.lowerBound, range.upperBound)] }

    /// The first position of `octet` at or behind `position`.
    @inline(__always)
    func first(_ octet: UInt8, from position: Int) -> Int? {
        guard let base, position >= start, position < end else { return nil }
        guard let hit = memchr(base + position, Int32(octet), end - position) else { return nil }
        return UnsafeRawPointer(hit) - base
    }

    /// True when the octets at `position` are exactly `other`.
    func matches(_ other: [UInt8], at position: Int) -> Bool {
        guard let base, position >= start, other.count <= end - position else { return false }
        return other.withUnsafeBytes { expected in
            guard let first = expected.baseAddress else { return true }
            return memcmp(base + position, first, expected.count) == 0
        }
    }

    /// True when the octets in `range` are `other`, ASCII letters in either case; `other` is written in lower case.
    func equalsIgnoringCase(_ range: Range<Int>, _ other: StaticString) -> Bool {
        guard range.count == other.utf8CodeUnitCount else { return false }
        let expected = other.utf8Start
        for offset in 0..<range.count where self[range.lowerBound + offset].asciiLowercased != expected[offset] {
            return false
        }
        return true
    }

    /// A copy of the octets of this window.
    func copy() -> [UInt8] {
        guard let base, start < end else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: base + start, count: end - start))
    }

    /// A copy of a part of this window.
    func copy(_ range: Range<Int>) -> [UInt8] { self[range].copy() }

    /// Lends the octets of this window for the time of the call.
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let base, start < end else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return body(UnsafeRawBufferPointer(start: base + start, count: end - start))
    }

    /// Appends the octets of this window to `other`.
    func append(to other: inout [UInt8]) {
        guard let base, start < end else { return }
        other.append(contentsOf: UnsafeRawBufferPointer(start: base + start, count: end - start))
    }
}

extension UInt8 {
    /// The upper case of an ASCII letter, anything else as it is.
    @inline(__always)
    var asciiUppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
}

/// Octets that have a meaning in headers, by their names in RFC 5234 and RFC 5322.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let apostrophe: UInt8 = 0x27
    static let openParenthesis: UInt8 = 0x28
    static let closeParenthesis: UInt8 = 0x29
    static let asterisk: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let hyphen: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let less: UInt8 = 0x3C
    static let equals: UInt8 = 0x3D
    static let greater: UInt8 = 0x3E
    static let at: UInt8 = 0x40
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let openBrace: UInt8 = 0x7B
    static let closeBrace: UInt8 = 0x7D
    static let ampersand: UInt8 = 0x26
    static let hash: UInt8 = 0x23
}
