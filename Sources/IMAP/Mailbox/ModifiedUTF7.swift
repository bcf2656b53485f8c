/// IMAP4rev1's spelling of mailbox names (RFC 3501 §5.1.3): printable ASCII as it is, `&-` for `&`, everything else as
/// UTF-16 in a base64 of its own between `&` and `-`.
///
/// Only the one canonical spelling is read: two spellings of one name would be two names to a client. What is no
/// UTF-16, encodes printable ASCII, has bits left over or splits a run in two is no name.
package enum ModifiedUTF7 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    /// The name in ASCII.
    package static func encode(_ name: String) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(name.utf8.count)
        var run: [UInt16] = []
        for scalar in name.unicodeScalars {
            guard scalar.value >= 0x20, scalar.value < 0x7F else {
                run.append(contentsOf: UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter)
                continue
            }
            appendRun(run, to: &encoded)
            run.removeAll(keepingCapacity: true)
            encoded.append(UInt8(truncatingIfNeeded: scalar.value))
            if scalar == "&" { encoded.append(UInt8(ascii: "-")) }
        }
        appendRun(run, to: &encoded)
        return encoded
    }

    /// The name, or nil for what is not its canonical spelling.
    package static func decode(_ encoded: some Collection<UInt8>) -> String? {
        var name = ""
        var rest = Array(encoded)[...]
        var endedRun = false
        while let octet = rest.popFirst() {
            guard octet >= 0x20, octet < 0x7F else { return nil }
            guard octet == UInt8(ascii: "&") else {
                name.unicodeScalars.append(Unicode.Scalar(octet))
                endedRun = false
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: "-")) else { return nil }
            let run = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            if run.isEmpty {
                name.append("&")
                endedRun = false
            } else {
                guard !endedRun, let text = decodeRun(run) else { return nil }
                name.append(text)
                endedRun = true
            }
        }
        return name
    }

    private static func appendRun(_ run: [UInt16], to encoded: inout [UInt8]) {
        guard !run.isEmpty else { return }
        encoded.append(UInt8(ascii: "&"))
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for unit in run {
            bits = bits << 16 | UInt32(unit)
            bitCount += 16
            while bitCount >= 6 {
                bitCount -= 6
                encoded.append(alphabet[Int(bits >> bitCount & 0x3F)])
            }
            bits &= (1 << bitCount) - 1
        }
        if bitCount > 0 { encoded.append(alphabet[Int(bits << (6 - bitCount) & 0x3F)]) }
        encoded.append(UInt8(ascii: "-"))
    }

    private static func decodeRun(_ run: ArraySlice<UInt8>) -> String? {
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for octet in run {
            guard let sextet = value(of: octet) else { return nil }
            bits = bits << 6 | sextet
            bitCount += 6
            if bitCount >= 16 {
                bitCount -= 16
                units.append(UInt16(truncatingIfNeeded: bits >> bitCount))
                bits &= (1 << bitCount) - 1
            }
        }
        guard bits == 0, bitCount < 6 else { return nil }
        guard let text = String(validating: units, as: UTF16.self) else { return nil }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x7F || $0.value < 0x20 }) else { return nil }
        return text
    }

    private static func value(of octet: UInt8) -> UInt32? {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(octet - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(octet - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(octet - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: ","): 63
        default: nil
        }
    }
}
