/// Base64 of RFC 2045 §6.8, written in chunks, in lines of 76 digits that end with CRLF.
package struct Base64Encoder: Sendable {
    private var held: [UInt8] = []
    private var groupsInLine = 0
    private let groupsPerLine: Int

    /// Lines of 76 digits, or one line without an end when `lineLength` is nil (encoded words, SASL).
    package init(lineLength: Int? = 76) {
        groupsPerLine = lineLength.map { max(1, $0 / 4) } ?? Int.max
    }

    /// Appends the digits of all whole groups of three octets.
    package mutating func encode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        chunk.withUnsafeBufferPointer { source in
            var read = 0
            while !held.isEmpty, held.count < 3, read < source.count {
                held.append(source[read])
                read += 1
            }
            if held.count == 3 {
                let group = held
                held.removeAll(keepingCapacity: true)
                group.withUnsafeBufferPointer { encodeGroups($0, into: &output) }
            }
            guard read < source.count else { return }
            let whole = (source.count - read) / 3 * 3
            encodeGroups(UnsafeBufferPointer(rebasing: source[read..<read + whole]), into: &output)
            held.append(contentsOf: source[(read + whole)...])
        }
    }

    /// Appends the last group with its padding, and the end of the last line.
    package mutating func finish(into output: inout [UInt8]) {
        if !held.isEmpty {
            let first = held[0]
            let second = held.count > 1 ? held[1] : 0
            output.append(Self.alphabet[Int(first >> 2)])
            output.append(Self.alphabet[Int((first << 4 | second >> 4) & 63)])
            output.append(held.count > 1 ? Self.alphabet[Int((second << 2) & 63)] : UInt8(ascii: "="))
            output.append(UInt8(ascii: "="))
            groupsInLine += 1
            held.removeAll()
        }
        if groupsInLine > 0, groupsPerLine != Int.max { output.append(contentsOf: [0x0D, 0x0A]) }
        groupsInLine = 0
    }

    /// The whole of `octets` in one line.
    package static func encode(_ octets: some Sequence<UInt8>) -> [UInt8] {
        var encoder = Base64Encoder(lineLength: nil)
        var output: [UInt8] = []
        encoder.encode(Array(octets).span, into: &output)
        encoder.finish(into: &output)
        return output
    }

    private mutating func encodeGroups(_ source: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        let groups = source.count / 3
        guard groups > 0 else { return }
        let start = output.count
        let ends = groupsPerLine == Int.max ? 0 : (groups + groupsInLine) / groupsPerLine
        output.append(contentsOf: repeatElement(0, count: groups * 4 + ends * 2))
        var inLine = groupsInLine
        let perLine = groupsPerLine
        output.withUnsafeMutableBufferPointer { target in
            Self.alphabet.withUnsafeBufferPointer { alphabet in
                var written = start
                for group in 0..<groups {
                    let first = source[group &* 3]
                    let second = source[group &* 3 &+ 1]
                    let third = source[group &* 3 &+ 2]
                    target[written] = alphabet[Int(first >> 2)]
                    target[written &+ 1] = alphabet[Int((first << 4 | second >> 4) & 63)]
                    target[written &+ 2] = alphabet[Int((second << 2 | third >> 6) & 63)]
                    target[written &+ 3] = alphabet[Int(third & 63)]
                    written &+= 4
                    inLine += 1
                    if inLine == perLine {
                        target[written] = 0x0D
                        target[written &+ 1] = 0x0A
                        written &+= 2
                        inLine = 0
                    }
                }
            }
        }
        groupsInLine = inLine
    }

    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
