package import NIOCore

/// Cuts the input into commands, their literals within them (RFC 9051 §2.2.1, §4.3), apart from any grammar.
///
/// A literal is handed to the machine before its octets come, which says what becomes of them: `collect` them into the
/// command, pass them on as a message's (`takeMessage`), or `drain` them with all that is left of the command. A line may
/// end with a bare LF; no octet of a command means anything else because of that.
///
/// Of the input it leaves at most one permitted line behind; of a command it holds what the limits permit.
package struct CommandFramer: Sendable {
    /// What the input held next.
    package enum Event: Hashable, Sendable {
        /// The text up to the command's end, from its beginning or from its last message on; without the line end.
        case text([UInt8])
        /// The text up to a literal's size, the size included. Say what becomes of the literal.
        case literal([UInt8], LiteralHeader)
        /// Octets of a message; more follow.
        case messageOctets(ByteBuffer)
        /// The last octets of a message, perhaps none.
        case lastMessageOctets(ByteBuffer)
        /// The command is longer than permitted; its first octets. `drain` it.
        case overlong([UInt8])
        /// The command's rest was read and thrown away.
        case drained
        /// The client sends more than we care to throw away.
        case flood
    }

    private enum Mode: Hashable, Sendable {
        /// → decision, draining
        case text
        /// A literal was announced. → collecting, message, drained, drainingLiteral
        case decision
        /// → text
        case collecting(remaining: Int)
        /// → text
        case message(remaining: UInt64)
        /// The tail of the line so far, to see a literal's size in it. → drained, drainingLiteral
        case drainingText(tail: [UInt8])
        /// → drainingText
        case drainingLiteral(remaining: UInt64)
        /// → text
        case drained
        case flood
    }

    private let limits: IMAPLimits
    private var mode = Mode.text
    /// Text and collected literals since the command's beginning or its last message.
    private var held: [UInt8] = []
    /// Of those, octets of literals.
    private var heldLiteralOctets = 0
    private var literalCount = 0
    /// Octets in the buffer known to hold no LF.
    private var scannedOctets = 0
    private var drainedOctets: UInt64 = 0

    /// Framing at the start of a connection.
    package init(limits: IMAPLimits) { self.limits = limits }

    /// The next event, or nil where the input holds none. `textOctetsMax` bounds the text of one command.
    package mutating func next(in input: inout ByteBuffer, textOctetsMax: Int) -> Event? {
        while true {
            switch mode {
            case .text:
                return nextText(in: &input, textOctetsMax: textOctetsMax)
            case .decision:
                preconditionFailure("Nobody said what becomes of the literal")
            case .collecting(let remaining):
                guard collectOctets(of: remaining, from: &input) else { return nil }
            case .message(let remaining):
                return nextMessageOctets(of: remaining, in: &input)
            case .drainingText(let tail):
                guard drainText(after: tail, from: &input) else { return nil }
            case .drainingLiteral(let remaining):
                guard drainLiteral(of: remaining, from: &input) else { return nil }
            case .drained:
                reset()
                return .drained
            case .flood:
                return .flood
            }
        }
    }

    /// The next line, whatever it ends with; `overlong` for one above the limit, to be drained.
    package mutating func nextLine(in input: inout ByteBuffer, octetsMax: Int) -> Event? {
        guard case .text = mode else { return next(in: &input, textOctetsMax: octetsMax) }
        switch findLine(in: input, octetsMax: octetsMax) {
        case .none: return nil
        case .overlong: return .overlong([])
        case .line(let length): return .text(takeLine(length, from: &input))
        }
    }

    /// Whether the literal, of this size, may be collected: there are bounds on their count and on all of them together.
    package func canCollect(_ header: LiteralHeader, octetsMax: Int) -> Bool {
        guard literalCount < limits.literalsMax, let octets = Int(exactly: header.octets) else { return false }
        return octets <= octetsMax - min(heldLiteralOctets, octetsMax)
    }

    /// The literal's octets belong to the command's text.
    package mutating func collect(_ header: LiteralHeader) {
        precondition(mode == .decision, "No literal was announced")
        held.append(0x0D)
        held.append(0x0A)
        literalCount += 1
        mode = .collecting(remaining: Int(clamping: header.octets))
    }

    /// The literal is a message; the text behind it begins anew.
    package mutating func takeMessage(_ header: LiteralHeader) {
        precondition(mode == .decision, "No literal was announced")
        forgetText()
        mode = .message(remaining: header.octets)
    }

    /// The command is refused: what the client sends of it nevertheless is thrown away, then comes `drained`.
    package mutating func drain(_ header: LiteralHeader) {
        precondition(mode == .decision, "No literal was announced")
        forgetText()
        beginDraining(header)
    }

    /// The overlong command is refused.
    package mutating func drain() {
        precondition(mode == .text, "No line is overlong")
        forgetText()
        scannedOctets = 0
        mode = .drainingText(tail: [])
    }

    /// Forgets a command that has begun: its rest comes from another (TLS began).
    package mutating func reset() {
        forgetText()
        scannedOctets = 0
        drainedOctets = 0
        mode = .text
    }

    private mutating func forgetText() {
        held.removeAll(keepingCapacity: held.count <= 1_024)
        heldLiteralOctets = 0
        literalCount = 0
    }
}

// MARK: Lines and literals

extension CommandFramer {
    private enum Line {
        case none
        /// Octets with its LF.
        case line(Int)
        case overlong
    }

    private mutating func findLine(in input: ByteBuffer, octetsMax: Int) -> Line {
        let view = input.readableBytesView
        let unscanned = view.dropFirst(scannedOctets)
        guard let end = unscanned.firstIndex(of: 0x0A) else {
            scannedOctets = view.count
            // Two octets more: its end.
            return view.count > octetsMax + 2 ? .overlong : .none
        }
        let length = end - view.startIndex + 1
        return length > octetsMax + 2 ? .overlong : .line(length)
    }

    private mutating func takeLine(_ length: Int, from input: inout ByteBuffer) -> [UInt8] {
        scannedOctets = 0
        var line = input.readBytes(length: length) ?? []
        line.removeLast()
        if line.last == 0x0D { line.removeLast() }
        return line
    }

    private mutating func nextText(in input: inout ByteBuffer, textOctetsMax: Int) -> Event? {
        let heldText = held.count - heldLiteralOctets
        switch findLine(in: input, octetsMax: max(textOctetsMax - heldText, 0)) {
        case .none: return nil
        case .overlong:
            let head =
                held.isEmpty ? input.getBytes(at: input.readerIndex, length: min(256, input.readableBytes)) : held
            return .overlong(Array((head ?? []).prefix(256)))
        case .line(let length):
            let line = takeLine(length, from: &input)
            let header = LiteralHeader(endOf: line)
            if held.isEmpty { held = line } else { held += line }
            let text = held
            guard let header else {
                forgetText()
                return .text(text)
            }
            mode = .decision
            return .literal(text, header)
        }
    }

    private mutating func collectOctets(of remaining: Int, from input: inout ByteBuffer) -> Bool {
        let count = min(remaining, input.readableBytes)
        if let octets = input.readBytes(length: count) { held += octets }
        heldLiteralOctets += count
        mode = count == remaining ? .text : .collecting(remaining: remaining - count)
        return count == remaining
    }

    private mutating func nextMessageOctets(of remaining: UInt64, in input: inout ByteBuffer) -> Event? {
        let count = Int(min(remaining, UInt64(input.readableBytes)))
        guard let octets = input.readSlice(length: count) else { return nil }
        if UInt64(count) == remaining {
            mode = .text
            return .lastMessageOctets(octets)
        }
        mode = .message(remaining: remaining - UInt64(count))
        return count > 0 ? .messageOctets(octets) : nil
    }
}

// MARK: Draining

extension CommandFramer {
    private mutating func beginDraining(_ header: LiteralHeader) {
        switch header.synchronization {
        case .waits:
            // The client gives its command up when it hears the refusal.
            mode = .drained
        case .sendsAtOnce:
            let room = limits.drainedOctetsMax - min(drainedOctets, limits.drainedOctetsMax)
            mode = header.octets > room ? .flood : .drainingLiteral(remaining: header.octets)
        }
    }

    private mutating func drainText(after tail: [UInt8], from input: inout ByteBuffer) -> Bool {
        let view = input.readableBytesView
        guard let end = view.firstIndex(of: 0x0A) else {
            guard count(drained: view.count) else { return true }
            mode = .drainingText(
                tail: (tail + view.suffix(LiteralHeader.octetsMax + 1)).suffix(LiteralHeader.octetsMax + 1))
            input.clear()
            return false
        }
        var line = tail + view[view.startIndex..<end].suffix(LiteralHeader.octetsMax + 1)
        if line.last == 0x0D { line.removeLast() }
        let length = end - view.startIndex + 1
        input.moveReaderIndex(forwardBy: length)
        guard count(drained: length) else { return true }
        if let header = LiteralHeader(endOf: line) { beginDraining(header) } else { mode = .drained }
        return true
    }

    private mutating func drainLiteral(of remaining: UInt64, from input: inout ByteBuffer) -> Bool {
        let octets = min(remaining, UInt64(input.readableBytes))
        input.moveReaderIndex(forwardBy: Int(octets))
        guard count(drained: Int(octets)) else { return true }
        mode = octets == remaining ? .drainingText(tail: []) : .drainingLiteral(remaining: remaining - octets)
        return octets == remaining
    }

    /// False where it was too much.
    private mutating func count(drained octets: Int) -> Bool {
        drainedOctets += UInt64(octets)
        guard drainedOctets <= limits.drainedOctetsMax else {
            mode = .flood
            return false
        }
        return true
    }
}
