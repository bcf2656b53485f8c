/// Brings a body that comes in pieces into its canonical form (RFC 6376 §3.4.3, §3.4.4), in constant memory.
///
/// Lines end with CRLF and nothing else: a CR or LF alone is an octet like others.
struct BodyCanonicalizer {
    private let mode: Canonicalization
    /// Line ends held back: those at the end of the body do not count.
    private var lineEnds = 0
    /// White space held back: at the end of a line it does not count.
    private var hasSpace = false
    /// A CR held back, until it is known whether it begins a line end.
    private var hasCarriageReturn = false
    private var isEmpty = true

    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A
    /// Octets put together before they are handed on.
    private static let stepOctets = 4096

    init(_ mode: Canonicalization) {
        self.mode = mode
    }

    /// Takes the next octets and hands on what is certain.
    mutating func update(_ octets: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) {
        // Three octets at most come before one that is looked at, beside held line ends.
        withUnsafeTemporaryAllocation(byteCount: Self.stepOctets, alignment: 1) { scratch in
            var filled = 0
            var index = 0
            while index < octets.count {
                if filled + 4 > scratch.count { Self.flush(scratch, &filled, emit) }
                let run = runLength(octets[index...], room: scratch.count - filled)
                if run > 0 {
                    UnsafeMutableRawBufferPointer(rebasing: scratch[filled...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[index..<(index + run)]))
                    filled += run
                    index += run
                } else {
                    take(octets[index], scratch, &filled, emit)
                    index += 1
                }
            }
            Self.flush(scratch, &filled, emit)
        }
    }

    /// How many octets stay what they are, as long as nothing is held back for them.
    private func runLength(_ octets: Slice<UnsafeRawBufferPointer>, room: Int) -> Int {
        guard lineEnds == 0, !hasSpace, !hasCarriageReturn, !isEmpty else { return 0 }
        let rest = UnsafeRawBufferPointer(rebasing: octets.prefix(room))
        var count = 0
        switch mode {
        case .simple: while count < rest.count, rest[count] != Self.carriageReturn { count += 1 }
        case .relaxed:
            // A single space between two words is what it is, too.
            while count < rest.count {
                if rest[count] <= 0x20 {
                    guard rest[count] == 0x20, count + 1 < rest.count, rest[count + 1] > 0x20 else { break }
                }
                count += 1
            }
        }
        return count
    }

    /// Takes one octet.
    private mutating func take(
        _ octet: UInt8, _ scratch: UnsafeMutableRawBufferPointer, _ filled: inout Int,
        _ emit: (UnsafeRawBufferPointer) -> Void
    ) {
        if hasCarriageReturn {
            hasCarriageReturn = false
            if octet == Self.lineFeed {
                lineEnds += 1
                hasSpace = false
                return
            }
            write(Self.carriageReturn, to: scratch, &filled, emit)
        }
        if octet == Self.carriageReturn {
            hasCarriageReturn = true
        } else if mode == .relaxed, octet.isWhiteSpace {
            hasSpace = true
        } else {
            write(octet, to: scratch, &filled, emit)
        }
    }

    /// Hands on the end: one line end, but for an empty body that is relaxed.
    mutating func finish(_ emit: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { scratch in
            var filled = 0
            if hasCarriageReturn { write(Self.carriageReturn, to: scratch, &filled, emit) }
            if !isEmpty || mode == .simple {
                // A body without a line end at its end has got one all the same.
                Self.append(Self.carriageReturn, scratch, &filled)
                Self.append(Self.lineFeed, scratch, &filled)
            }
            Self.flush(scratch, &filled, emit)
        }
    }

    /// An octet of the text, behind all that was held back for it.
    private mutating func write(
        _ octet: UInt8, to scratch: UnsafeMutableRawBufferPointer, _ filled: inout Int,
        _ emit: (UnsafeRawBufferPointer) -> Void
    ) {
        isEmpty = false
        while lineEnds > 0 {
            if filled + 5 > scratch.count { Self.flush(scratch, &filled, emit) }
            Self.append(Self.carriageReturn, scratch, &filled)
            Self.append(Self.lineFeed, scratch, &filled)
            lineEnds -= 1
        }
        if hasSpace {
            hasSpace = false
            Self.append(0x20, scratch, &filled)
        }
        Self.append(octet, scratch, &filled)
    }

    private static func append(_ octet: UInt8, _ scratch: UnsafeMutableRawBufferPointer, _ filled: inout Int) {
        scratch[filled] = octet
        filled += 1
    }

    private static func flush(
        _ scratch: UnsafeMutableRawBufferPointer, _ filled: inout Int, _ emit: (UnsafeRawBufferPointer) -> Void
    ) {
        if filled > 0 { emit(UnsafeRawBufferPointer(rebasing: scratch[..<filled])) }
        filled = 0
    }
}
