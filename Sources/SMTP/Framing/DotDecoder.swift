internal import Glibc
package import NIOCore

/// Takes a message out of DATA: finds its end, which is CRLF.CRLF and nothing else, and removes stuffed dots (RFC 5321
/// §4.5.2).
///
/// **Smuggling.** Two servers that do not agree where a message ends let a sender slip a second one past the first.
/// So here a line begins only at the start of the data and after CRLF; only a dot at such a beginning is special; and
/// it ends the message only when CRLF follows at once. `LF.LF`, `LF.CRLF`, `CRLF.LF`, `CRLF.CR`, `CR.CR` and their like
/// are content, and are noted in `traits` for whoever decides about the message (`BareLinePolicy`).
///
/// **Speed.** One `memchr` for LF per line and one for CR; octets go out as slices of what came in, and are copied only
/// where a stuffed dot has to be left out. Over the border of two packets goes only `Position`: at most one dot and one
/// CR are held back.
package struct DotDecoder: Sendable {
    /// What came of the input.
    package enum Event: Hashable, Sendable {
        /// Octets of the message, never empty.
        case octets(ByteBuffer)
        /// The message is whole; what is left of the input is the next command.
        case end
    }

    /// Where the octet to come stands.
    private enum Position {
        /// After CRLF, or at the very start.
        case lineStart
        /// After a dot at a line's start, which is held back.
        case lineDot
        /// After a dot at a line's start and a CR, both held back.
        case lineDotCR
        /// In a line, after anything but CR.
        case middle
        /// In a line, after a CR that is already handed on.
        case afterCR
        /// After the end.
        case ended
    }

    private var position = Position.lineStart
    /// Octets of the line at hand, without held ones.
    private var lineOctets = 0

    /// What was noticed so far; whole after `.end`.
    package private(set) var traits = DataTraits()

    /// For one message.
    package init() {}

    /// Takes what there is; nil when there is nothing, or nothing to hand on yet.
    package mutating func next(_ input: inout ByteBuffer) -> Event? {
        guard position != .ended, input.readableBytes > 0 else { return nil }
        var content = ContentRuns()
        let taken = input.withUnsafeReadableBytes { octets in
            let taken = decode(octets, into: &content)
            content.close(at: taken, of: octets)
            return taken
        }
        let octets = content.buffer(from: input)
        input.moveReaderIndex(forwardBy: taken)
        if let octets {
            noteOctets(octets)
            return .octets(octets)
        }
        return position == .ended ? .end : nil
    }

    /// Walks over the chunk line by line; what is content goes to `content`.
    ///
    /// - Returns: how many octets were taken; fewer than all when the message ends within the chunk.
    private mutating func decode(_ octets: UnsafeRawBufferPointer, into content: inout ContentRuns) -> Int {
        var index = 0
        while index < octets.count {
            switch position {
            case .lineStart:
                if octets[index] == 0x2e {
                    // The dot is held back; if the line goes on it was stuffed and stays away.
                    content.leaveOut(index, of: octets)
                    position = .lineDot
                    index += 1
                } else {
                    position = .middle
                }
            case .lineDot:
                if octets[index] == 0x0d {
                    content.leaveOut(index, of: octets)
                    position = .lineDotCR
                    index += 1
                } else {
                    position = .middle
                }
            case .lineDotCR:
                if octets[index] == 0x0a {
                    // Content before the end goes out first; then this octet is looked at again.
                    guard content.isEmpty else { return index }
                    content.leaveOut(index, of: octets)
                    position = .ended
                    return index + 1
                }
                content.insertCR(before: index, of: octets)
                lineOctets += 1
                position = .afterCR
            case .afterCR where octets[index] == 0x0a:
                index += 1
                endLine(lineOctets - 1)
            case .afterCR:
                traits.oddities.insert(.bareCR)
                position = .middle
            case .middle:
                index = walkLine(octets, from: index)
            case .ended:
                return index
            }
        }
        return index
    }

    /// Goes to the end of the line or of the chunk, noting what is bare.
    private mutating func walkLine(_ octets: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = octets.baseAddress else { return start }
        let feed = memchr(base + start, 0x0a, octets.count - start)
        let stop = feed.map { base.distance(to: UnsafeRawPointer($0)) } ?? octets.count
        // A CR is bare unless it stands right before the LF found; at the end of the chunk that is not known yet.
        if let found = memchr(base + start, 0x0d, stop - start) {
            let carriage = base.distance(to: UnsafeRawPointer(found))
            if carriage < stop - 1 { traits.oddities.insert(.bareCR) }
        }
        let endsWithCR = stop > start && octets[stop - 1] == 0x0d
        lineOctets += stop - start
        if feed == nil {
            position = endsWithCR ? .afterCR : .middle
            return stop
        }
        if endsWithCR {
            endLine(lineOctets - 1)
        } else {
            traits.oddities.insert(.bareLF)
            lineOctets += 1
            position = .middle
        }
        return stop + 1
    }

    /// CRLF was seen.
    private mutating func endLine(_ octets: Int) {
        traits.lineOctetsMax = max(traits.lineOctetsMax, octets)
        lineOctets = 0
        position = .lineStart
    }

    /// NUL and octets above 127; each is looked for only until it was seen once.
    private mutating func noteOctets(_ octets: ByteBuffer) {
        traits.lineOctetsMax = max(traits.lineOctetsMax, position == .afterCR ? lineOctets - 1 : lineOctets)
        octets.withUnsafeReadableBytes { octets in
            if !traits.oddities.contains(.nul), let base = octets.baseAddress, memchr(base, 0, octets.count) != nil {
                traits.oddities.insert(.nul)
            }
            if !traits.oddities.contains(.eightBit) {
                var union: UInt8 = 0
                for octet in octets { union |= octet }
                if union >= 0x80 { traits.oddities.insert(.eightBit) }
            }
        }
    }
}
