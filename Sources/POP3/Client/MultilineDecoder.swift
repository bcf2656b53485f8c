internal import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Takes a message out of a multi-line reply (RFC 1939 §3), piece by piece: the dots that were stuffed go, a line of one
/// dot ends it. Lines may end in LF alone, as some servers send what was stored so.
struct MultilineDecoder: Sendable {
    private enum Position: Sendable {
        case lineStart
        case inLine
        /// A dot began the line; it has been taken.
        case afterDot
        /// A dot and a CR began the line; both have been taken.
        case afterDotCR
        case ended
    }

    private var position = Position.lineStart

    /// Whether the last line has come.
    var isEnded: Bool { position == .ended }

    /// Takes what can be taken.
    ///
    /// - Returns: octets of the message, perhaps none; nil when the input has nothing more, or the message has ended.
    mutating func next(_ input: inout ByteBuffer) -> ByteBuffer? {
        while position != .ended, let first = input.getInteger(at: input.readerIndex, as: UInt8.self) {
            switch position {
            case .lineStart where first == UInt8(ascii: "."):
                input.moveReaderIndex(forwardBy: 1)
                position = .afterDot
            case .afterDot where first == 0x0D:
                input.moveReaderIndex(forwardBy: 1)
                position = .afterDotCR
            case .afterDot where first == 0x0A, .afterDotCR where first == 0x0A:
                input.moveReaderIndex(forwardBy: 1)
                position = .ended
            case .afterDotCR:
                position = .inLine
                return ByteBuffer(bytes: [0x0D])
            case .lineStart, .afterDot, .inLine:
                return run(&input)
            case .ended:
                break
            }
        }
        return nil
    }

    /// Everything up to a line that begins with a dot.
    private mutating func run(_ input: inout ByteBuffer) -> ByteBuffer? {
        let length = input.withUnsafeReadableBytes { octets -> Int in
            guard let base = octets.baseAddress else { return 0 }
            var next = 0
            while let found = memchr(base + next, 0x0A, octets.count - next) {
                next = base.distance(to: UnsafeRawPointer(found)) + 1
                guard next < octets.count, octets[next] != UInt8(ascii: ".") else { break }
            }
            let endsLine = next > 0 && octets[next - 1] == 0x0A
            if endsLine, next == octets.count || octets[next] == UInt8(ascii: ".") {
                position = .lineStart
                return next
            }
            position = .inLine
            return octets.count
        }
        return input.readSlice(length: length)
    }
}
