package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What TOP shows of a message (RFC 1939 §7): the header, the blank line, and so many lines of the body.
package struct TopFilter: Sendable {
    /// How far a line that has not ended has come, as far as telling a blank line needs.
    private enum Line: Hashable, Sendable {
        case empty
        case onlyCR
        case text
    }

    private enum Part: Hashable, Sendable {
        /// → body, done
        case header
        /// → done
        case body(linesLeft: Int)
        case done
    }

    private let lines: Int
    private var part = Part.header
    private var line = Line.empty

    /// At a message's first octet.
    package init(lines: Int) { self.lines = max(0, lines) }

    /// Whether the rest of the message need not be read.
    package var isSatisfied: Bool { part == .done }

    /// The part of the chunk that belongs to the reply, a slice of it.
    package mutating func admit(_ chunk: ByteBuffer) -> ByteBuffer {
        let length = chunk.withUnsafeReadableBytes { octets in scan(octets) }
        return chunk.getSlice(at: chunk.readerIndex, length: length) ?? ByteBuffer()
    }

    private mutating func scan(_ octets: UnsafeRawBufferPointer) -> Int {
        guard let base = octets.baseAddress else { return 0 }
        var start = 0
        while part != .done, start < octets.count {
            guard let found = memchr(base + start, 0x0A, octets.count - start) else {
                line = Self.extend(line, by: octets[start...])
                return octets.count
            }
            let end = base.distance(to: UnsafeRawPointer(found))
            endLine(Self.extend(line, by: octets[start..<end]))
            start = end + 1
        }
        return start
    }

    private static func extend(_ line: Line, by octets: Slice<UnsafeRawBufferPointer>) -> Line {
        guard let first = octets.first else { return line }
        return line == .empty && octets.count == 1 && first == 0x0D ? .onlyCR : .text
    }

    private mutating func endLine(_ ended: Line) {
        line = .empty
        switch part {
        case .header where ended != .text: part = lines == 0 ? .done : .body(linesLeft: lines)
        case .body(let left): part = left > 1 ? .body(linesLeft: left - 1) : .done
        case .header, .done: break
        }
    }
}
