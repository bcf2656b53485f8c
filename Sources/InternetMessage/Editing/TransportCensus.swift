internal import MailCore

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What a run of octets asks of the transport that carries it (RFC 2045 §2.7–2.9), found at the speed of memory.
struct TransportCensus {
    private(set) var hasEightBit = false
    private(set) var hasNUL = false
    /// A CR or LF that is no part of CRLF.
    private(set) var hasBareLineEnd = false
    private(set) var hasLongLine = false

    /// Looks at the whole window, whose first octet begins a line.
    init(_ octets: Octets) {
        octets.withUnsafeBytes { bytes in
            hasNUL = bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
            hasEightBit = Self.hasEightBit(bytes)
        }
        var lineStart = octets.start
        var pairs = 0
        while let newline = octets.first(ASCII.lf, from: lineStart) {
            let hasReturn = newline > lineStart && octets[newline - 1] == ASCII.cr
            if hasReturn { pairs += 1 } else { hasBareLineEnd = true }
            note(length: newline - lineStart - (hasReturn ? 1 : 0))
            lineStart = newline + 1
        }
        note(length: octets.end - lineStart)
        guard !hasBareLineEnd else { return }
        var returns = 0
        var position = octets.start
        while let found = octets.first(ASCII.cr, from: position) {
            returns += 1
            position = found + 1
        }
        hasBareLineEnd = returns != pairs
    }

    /// The least that a transport must be able to carry.
    var body: EnvelopeParameters.BodyType {
        if hasNUL || hasBareLineEnd || hasLongLine { return .binaryMIME }
        return hasEightBit ? .eightBitMIME : .sevenBit
    }

    private mutating func note(length: Int) {
        if length > ContentCensus.lineLengthLimit { hasLongLine = true }
    }

    private static func hasEightBit(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        // 32 octets at a time.
        while position &+ 32 <= bytes.count {
            let first = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let second = bytes.loadUnaligned(fromByteOffset: position &+ 8, as: UInt64.self)
            let third = bytes.loadUnaligned(fromByteOffset: position &+ 16, as: UInt64.self)
            let fourth = bytes.loadUnaligned(fromByteOffset: position &+ 24, as: UInt64.self)
            if (first | second | third | fourth) & 0x8080_8080_8080_8080 != 0 { return true }
            position &+= 32
        }
        while position < bytes.count {
            if bytes[position] >= 0x80 { return true }
            position &+= 1
        }
        return false
    }
}

extension Octets {
    /// Whether the window is UTF-8 (RFC 3629).
    var isUTF8: Bool {
        withUnsafeBytes { bytes in
            (try? UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)) != nil
        }
    }

    /// Whether `needle`, which begins with a hyphen, occurs anywhere in the window.
    func contains(delimiter needle: [UInt8]) -> Bool {
        var position = start
        while let found = first(ASCII.hyphen, from: position) {
            if matches(needle, at: found) { return true }
            position = found + 1
        }
        return false
    }
}
