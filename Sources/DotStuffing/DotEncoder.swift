package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A message as POP3's multi-line reply (RFC 1939 §3) and as SMTP's DATA (RFC 5321 §4.5.2), chunk by chunk: a dot at a
/// line's start is doubled, a bare LF becomes CRLF, the end is `CRLF.CRLF` whatever the message ends with.
///
/// Long clean runs are handed on as slices of the chunk; only short ones, between changes, are copied.
package struct DotEncoder: Sendable {
    /// What becomes of a CR without LF.
    package enum BareCR: Hashable, Sendable {
        /// It stays and ends no line: a reader gets what was stored.
        case kept
        /// It becomes CRLF: SMTP must not carry it (RFC 5321 §2.3.8), and servers differ in what they take it for.
        case converted
    }

    private enum Position: Hashable, Sendable {
        case lineStart
        case afterCR
        case inLine
    }

    private static let copiedRunMax = 2_048
    private let bareCR: BareCR
    private var position = Position.lineStart

    /// At a message's first octet.
    package init(bareCR: BareCR = .kept) { self.bareCR = bareCR }

    /// Encodes a chunk; `emit` gets the octets in order.
    package mutating func encode(_ chunk: ByteBuffer, emit: (ByteBuffer) -> Void) {
        guard chunk.readableBytes > 0 else { return }
        var output = RunOutput(chunk: chunk)
        position = chunk.withUnsafeReadableBytes { octets in scan(octets, output: &output, emit: emit) }
        output.flush(emit: emit)
    }

    /// Ends the message and is ready for another.
    package mutating func finish(emit: (ByteBuffer) -> Void) {
        switch position {
        case .lineStart: emit(Self.endOfMessage)
        case .afterCR where bareCR == .converted: emit(Self.endOfFeedAndMessage)
        case .afterCR, .inLine: emit(Self.endOfLineAndMessage)
        }
        position = .lineStart
    }

    private static let endOfMessage = ByteBuffer(staticString: ".\r\n")
    private static let endOfFeedAndMessage = ByteBuffer(staticString: "\n.\r\n")
    private static let endOfLineAndMessage = ByteBuffer(staticString: "\r\n.\r\n")

    /// Walks over the chunk from line end to line end.
    ///
    /// - Returns: where the octet behind the chunk will stand.
    private func scan(
        _ octets: UnsafeRawBufferPointer, output: inout RunOutput, emit: (ByteBuffer) -> Void
    ) -> Position {
        guard let base = octets.baseAddress else { return position }
        let count = octets.count
        var runStart = 0
        var next = 0
        /// A line begins at `next`.
        func beginLine(_ output: inout RunOutput) {
            guard next < count, octets[next] == UInt8(ascii: ".") else { return }
            output.append(runStart..<next, emit: emit)
            output.insert(UInt8(ascii: "."))
            runStart = next
        }
        /// The line ends before `end` without its LF, or without its CR.
        func insert(_ octet: UInt8, before end: Int, _ output: inout RunOutput) {
            output.append(runStart..<end, emit: emit)
            output.insert(octet)
            runStart = end
        }
        if position == .afterCR, bareCR == .converted, octets[0] != 0x0A { output.insert(0x0A) }
        if position == .lineStart || (position == .afterCR && bareCR == .converted) { beginLine(&output) }
        while next < count {
            let feed = memchr(base + next, 0x0A, count - next).map { base.distance(to: UnsafeRawPointer($0)) }
            let lineEnd = feed ?? count
            if let carriage = bareCarriageReturn(base, next..<lineEnd), carriage + 1 < count {
                next = carriage + 1
                insert(0x0A, before: next, &output)
                beginLine(&output)
                continue
            }
            guard feed != nil else { break }
            let followsCR = lineEnd == 0 ? position == .afterCR : octets[lineEnd - 1] == 0x0D
            if !followsCR { insert(0x0D, before: lineEnd, &output) }
            next = lineEnd + 1
            beginLine(&output)
        }
        output.appendRest(from: runStart, emit: emit)
        switch octets[count - 1] {
        case 0x0A: return .lineStart
        case 0x0D: return .afterCR
        default: return .inLine
        }
    }

    /// The first CR of the line that is not its last octet, or is it at the chunk's end; nil where they are kept.
    private func bareCarriageReturn(_ base: UnsafeRawPointer, _ line: Range<Int>) -> Int? {
        guard bareCR == .converted, let found = memchr(base + line.lowerBound, 0x0D, line.count) else { return nil }
        let carriage = base.distance(to: UnsafeRawPointer(found))
        return carriage + 1 < line.upperBound ? carriage : nil
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
