/// Reads keys from what a terminal sends: UTF-8, control characters, and the escape sequences of ECMA-48 and xterm.
///
/// Octets come in as they arrive; a sequence that has not ended waits. A lone ESC is a key when nothing follows: that is
/// for the caller's clock to say, by `flush`.
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []
    private var pasted: [UInt8]?

    /// Longer than any sequence that terminals send.
    private static let sequenceOctetsMax = 64
    private static let pasteOctetsMax = 1 << 20

    /// Nothing came yet.
    package init() {}

    /// Whether octets wait for more.
    package var isWaiting: Bool { !pending.isEmpty }

    /// The keys in these octets, behind those that wait.
    package mutating func decode(_ octets: some Sequence<UInt8>) -> [Key] {
        pending += octets
        var keys: [Key] = []
        while !pending.isEmpty, let (key, count) = next() {
            pending.removeFirst(min(count, pending.count))
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing more comes: what waits is what was pressed.
    package mutating func flush() -> [Key] {
        guard !pending.isEmpty, pasted == nil else { return [] }
        let octets = pending
        pending = []
        if octets == [0x1B] { return [.escape] }
        if octets.count == 2, octets[0] == 0x1B { return [.alt(Character(Unicode.Scalar(octets[1])))] }
        return []
    }

    /// The first key and its octets; nil when it has not ended.
    private mutating func next() -> (key: Key?, count: Int)? {
        if pasted != nil { return nextOfPaste() }
        switch pending[0] {
        case 0x1B: return escape()
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x08, 0x7F: return (.backspace, 1)
        case 0x00: return (.control(" "), 1)
        case 0x01...0x1A: return (.control(Character(Unicode.Scalar(pending[0] + 0x60))), 1)
        case 0x1C...0x1F: return (nil, 1)
        default: return text()
        }
    }

    private func text() -> (key: Key?, count: Int)? {
        let length =
            switch pending[0] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        guard pending.count >= length else { return nil }
        guard let text = String(validating: pending[..<length], as: UTF8.self), let character = text.first else {
            return (nil, 1)
        }
        return (.character(character), length)
    }

    private mutating func escape() -> (key: Key?, count: Int)? {
        guard pending.count > 1 else { return nil }
        switch pending[1] {
        case UInt8(ascii: "["): return controlSequence()
        case UInt8(ascii: "O"):
            guard pending.count > 2 else { return nil }
            return (Self.key(final: pending[2], parameter: 0), 3)
        case 0x1B: return (.escape, 1)
        case 0x20...0x7E: return (.alt(Character(Unicode.Scalar(pending[1]))), 2)
        default: return (.escape, 1)
        }
    }

    /// `CSI P…P I…I F` (ECMA-48 §5.4)
    private mutating func controlSequence() -> (key: Key?, count: Int)? {
        var end = 2
        while end < pending.count, (0x20...0x3F).contains(pending[end]) { end += 1 }
        guard end < pending.count else { return pending.count > Self.sequenceOctetsMax ? (nil, pending.count) : nil }
        let parameters = String(decoding: pending[2..<end], as: UTF8.self)
        let first = Int(parameters.prefix { $0 != ";" }) ?? 0
        if pending[end] == UInt8(ascii: "~"), first == 200 {
            pasted = []
            return (nil, end + 1)
        }
        return (Self.key(final: pending[end], parameter: first), end + 1)
    }

    private static func key(final: UInt8, parameter: Int) -> Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "Z"): .backTab
        case UInt8(ascii: "M"): .enter
        case UInt8(ascii: "~"):
            switch parameter {
            case 1, 7: .home
            case 3: .delete
            case 4, 8: .end
            case 5: .pageUp
            case 6: .pageDown
            default: nil
            }
        default: nil
        }
    }

    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// Up to the mark that ends what was put in.
    private mutating func nextOfPaste() -> (key: Key?, count: Int)? {
        guard let start = (0..<pending.count).first(where: { pending[$0...].starts(with: Self.pasteEnd) }) else {
            let safe = max(0, pending.count - Self.pasteEnd.count)
            if let held = pasted, held.count + safe <= Self.pasteOctetsMax { pasted = held + pending[..<safe] }
            pending.removeFirst(safe)
            return nil
        }
        let text = String(decoding: (pasted ?? []) + pending[..<start], as: UTF8.self)
        pasted = nil
        return (.paste(text), start + Self.pasteEnd.count)
    }
}
