package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A message as a multi-line reply (RFC 1939 §3), chunk by chunk: a dot at a line's start is doubled, a bare LF becomes
/// CRLF, the end is `CRLF.CRLF` whatever the message ends with. A CR without LF is left alone; it ends no line.
///
/// Long clean runs are handed on as slices of the chunk; only short ones, between changes, are copied.
package struct DotEncoder: Sendable {
    private enum Position: Hashable, Sendable {
        case lineStart
        case afterCR
        case inLine
    }

    private static let copiedRunMax = 2_048
    private var position = Position.lineStart

    /// At a message's first octet.
    package init() {}

    /// Encodes a chunk; `emit` gets the octets in order.
    package mutating func encode(_ chunk: ByteBuffer, emit: (ByteBuffer) -> Void) {
        guard chunk.readableBytes > 0 else { return }
        var output = RunOutput(chunk: chunk)
        let start = position
        position = chunk.withUnsafeReadableBytes { octets in
            Self.scan(octets, from: start, output: &output, emit: emit)
        }
        output.flush(emit: emit)
    }

    /// Ends the message and is ready for another.
    package mutating func finish(emit: (ByteBuffer) -> Void) {
        emit(position == .lineStart ? Self.endOfMessage : Self.endOfLineAndMessage)
        position = .lineStart
    }

    private static let endOfMessage = ByteBuffer(staticString: ".\r\n")
    private static let endOfLineAndMessage = ByteBuffer(staticString: "\r\n.\r\n")

    private static func scan(
        _ octets: UnsafeRawBufferPointer, from start: Position, output: inout RunOutput, emit: (ByteBuffer) -> Void
    ) -> Position {
        guard let base = octets.baseAddress else { return start }
        let count = octets.count
        var runStart = 0
        if start == .lineStart, octets[0] == UInt8(ascii: ".") { output.insert(UInt8(ascii: ".")) }
        var next = 0
        while next < count, let found = memchr(base + next, 0x0A, count - next) {
            let lineEnd = base.distance(to: UnsafeRawPointer(found))
            let followsCR = lineEnd == 0 ? start == .afterCR : octets[lineEnd - 1] == 0x0D
            if !followsCR {
                output.append(runStart..<lineEnd, emit: emit)
                output.insert(0x0D)
                runStart = lineEnd
            }
            next = lineEnd + 1
            if next < count, octets[next] == UInt8(ascii: ".") {
                output.append(runStart..<next, emit: emit)
                output.insert(UInt8(ascii: "."))
                runStart = next
            }
        }
        output.appendRest(from: runStart, emit: emit)
        switch octets[count - 1] {
        case 0x0A: return .lineStart
        case 0x0D: return .afterCR
        default: return .inLine
        }
    }

    /// Joins short runs and inserted octets into one buffer, passes long runs and untouched chunks through.
    private struct RunOutput {
        let chunk: ByteBuffer
        var joined = ByteBuffer()

        mutating func append(_ run: Range<Int>, emit: (ByteBuffer) -> Void) {
            guard let slice = chunk.getSlice(at: chunk.readerIndex + run.lowerBound, length: run.count) else { return }
            if run.count <= copiedRunMax {
                joined.writeImmutableBuffer(slice)
            } else {
                flush(emit: emit)
                emit(slice)
            }
        }

        /// What nothing had to be put into is handed on as it came.
        mutating func appendRest(from start: Int, emit: (ByteBuffer) -> Void) {
            if start == 0, joined.readableBytes == 0 {
                emit(chunk)
            } else {
                append(start..<chunk.readableBytes, emit: emit)
            }
        }

        mutating func insert(_ octet: UInt8) {
            joined.writeInteger(octet)
        }

        mutating func flush(emit: (ByteBuffer) -> Void) {
            guard joined.readableBytes > 0 else { return }
            emit(joined)
            joined = ByteBuffer()
        }
    }
}
