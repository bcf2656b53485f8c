/// The uuencode form (POSIX `uuencode`, historical algorithm), read in chunks: everything between `begin` and `end`.
///
/// What stands before `begin` and after `end` is dropped. Lines shorter than their count says lost blanks at their end
/// on the way: these count as zero.
package struct UUDecoder: Sendable {
    private enum State: Sendable {
        case beforeBegin
        case data
        case ended
    }

    private var state = State.beforeBegin
    private var line: [UInt8] = []

    /// The file name of the `begin` line, once it was read.
    package private(set) var fileName: [UInt8]?

    /// A data line has at most 1 + 84 octets, and a `begin` line no more than this that would be of use.
    private static let lineLengthMax = 1_024

    package init() {}

    package mutating func decode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        for index in chunk.indices {
            if state == .ended { return }
            let octet = chunk[index]
            if octet == 0x0A {
                endLine(into: &output)
            } else if line.count < Self.lineLengthMax {
                line.append(octet)
            }
        }
    }

    package mutating func finish(into output: inout [UInt8]) {
        if !line.isEmpty { endLine(into: &output) }
    }

    private mutating func endLine(into output: inout [UInt8]) {
        defer { line.removeAll(keepingCapacity: true) }
        if line.last == 0x0D { line.removeLast() }
        switch state {
        case .beforeBegin: begin()
        case .data: decodeLine(into: &output)
        case .ended: break
        }
    }

    /// `begin 644 name`
    private mutating func begin() {
        guard line.starts(with: Array("begin ".utf8)) else { return }
        let fields = line.dropFirst(6).split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: true)
        guard let mode = fields.first, (3...6).contains(mode.count), mode.allSatisfy({ $0 &- 0x30 < 8 }) else { return }
        fileName = fields.count > 1 ? Array(fields[1]) : []
        state = .data
    }

    private mutating func decodeLine(into output: inout [UInt8]) {
        if line == Array("end".utf8) {
            state = .ended
            return
        }
        guard let first = line.first, (0x20...0x60).contains(first) else { return }
        let count = Int((first &- 0x20) & 63)
        var written = 0
        var index = 1
        while written < count {
            let bits =
                UInt32(digit(index)) << 18 | UInt32(digit(index + 1)) << 12 | UInt32(digit(index + 2)) << 6
                | UInt32(digit(index + 3))
            for shift in [16, 8, 0] where written < count {
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
                written += 1
            }
            index += 4
        }
    }

    private func digit(_ index: Int) -> UInt8 {
        index < line.count ? (line[index] &- 0x20) & 63 : 0
    }
}
