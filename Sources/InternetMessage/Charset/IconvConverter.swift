internal import Glibc

/// One conversion to UTF-8 by the C library's iconv.
///
/// The handle lives as long as this value: nothing is shared between threads.
struct IconvConverter: ~Copyable {
    private let handle: iconv_t
    /// How many octets a character has at least: what is stepped over behind a wrong one.
    private let unitLength: Int

    /// Nil when the C library lacks the encoding (or the module for it is not installed).
    init?(from name: String) {
        let handle = iconv_open("UTF-8", name)
        guard let handle, Int(bitPattern: handle) != -1 else { return nil }
        self.handle = handle
        unitLength = name.hasPrefix("UTF-16") ? 2 : name.hasPrefix("UTF-32") ? 4 : 1
    }

    deinit {
        _ = iconv_close(handle)
    }

    /// The text. Every wrong octet becomes one U+FFFD, as does a character that is cut off at the end.
    consuming func decode(_ bytes: ArraySlice<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 2 + 16)
        bytes.withUnsafeBufferPointer { source in
            var read = 0
            while read < source.count {
                switch convert(source, &read, into: &output) {
                case .done:
                    break
                case .wrong:
                    output.append(contentsOf: Self.replacement)
                    read = min(source.count, read + unitLength)
                case .cutOff:
                    output.append(contentsOf: Self.replacement)
                    read = source.count
                }
            }
        }
        writeHeld(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private enum Step {
        case done
        case wrong
        case cutOff
    }

    /// Converts until the input's end or the first wrong octet.
    private borrowing func convert(
        _ source: UnsafeBufferPointer<UInt8>, _ read: inout Int, into output: inout [UInt8]
    ) -> Step {
        guard let base = source.baseAddress else { return .done }
        // iconv takes the input as mutable and does not change it.
        var input: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: base + read)
            .assumingMemoryBound(to: CChar.self)
        var inputLeft = source.count - read
        while true {
            let before = inputLeft
            let (status, written) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.pieceLength) { piece in
                var target: UnsafeMutablePointer<CChar>? = piece.baseAddress
                var targetLeft = piece.count
                errno = 0
                let result = iconv(handle, &input, &inputLeft, &target, &targetLeft)
                let status = result == -1 ? errno : 0
                let written = piece.count - targetLeft
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(piece)[..<written]))
                return (status, written)
            }
            read = source.count - inputLeft
            switch status {
            case 0: return .done
            case E2BIG where before != inputLeft || written > 0: continue
            case EINVAL: return .cutOff
            default: return .wrong
            }
        }
    }

    /// What a converter keeps back to see whether a combining character follows.
    private borrowing func writeHeld(into output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { piece in
            var target: UnsafeMutablePointer<CChar>? = piece.baseAddress
            var targetLeft = piece.count
            _ = iconv(handle, nil, nil, &target, &targetLeft)
            let written = piece.count - targetLeft
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(piece)[..<written]))
        }
    }

    private static let pieceLength = 16_384
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}
