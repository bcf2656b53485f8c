/// Writes the fields of a log record: numbers as LEB128, octets with their count before them.
struct OctetWriter {
    private(set) var octets: [UInt8] = []

    mutating func write(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    /// Zigzag, so that small negative numbers stay short.
    mutating func write(_ value: Int64) {
        write(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func write(count: Int) {
        write(unsigned: UInt64(count))
    }

    mutating func write(octets value: [UInt8]) {
        write(count: value.count)
        octets.append(contentsOf: value)
    }

    mutating func write(_ value: String) {
        write(count: value.utf8.count)
        octets.append(contentsOf: value.utf8)
    }

    mutating func write(optional value: String?) {
        if let value {
            octets.append(1)
            write(value)
        } else {
            octets.append(0)
        }
    }

    mutating func write(octet: UInt8) {
        octets.append(octet)
    }
}
