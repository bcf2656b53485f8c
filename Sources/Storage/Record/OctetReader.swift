/// Reads what `OctetWriter` wrote; whatever the octets are, it ends with a value or a typed error.
struct OctetReader {
    private let octets: ArraySlice<UInt8>
    private var index: Int

    init(_ octets: [UInt8]) {
        self.octets = octets[...]
        index = octets.startIndex
    }

    var isAtEnd: Bool { index == octets.endIndex }

    mutating func readOctet() throws(StorageError) -> UInt8 {
        guard index < octets.endIndex else { throw Self.truncated }
        defer { index += 1 }
        return octets[index]
    }

    mutating func readUnsigned() throws(StorageError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let octet = try readOctet()
            guard shift < 63 || octet <= 1 else { throw Self.truncated }
            value |= UInt64(octet & 0x7f) << shift
            if octet < 0x80 { return value }
            shift += 7
        }
    }

    mutating func readInteger() throws(StorageError) -> Int64 {
        let value = try readUnsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count of things of at least one octet each: never more than what is left.
    mutating func readCount() throws(StorageError) -> Int {
        let value = try readUnsigned()
        guard value <= UInt64(octets.endIndex - index) else { throw Self.truncated }
        return Int(value)
    }

    mutating func readOctets() throws(StorageError) -> [UInt8] {
        let count = try readCount()
        defer { index += count }
        return [UInt8](octets[index..<index + count])
    }

    mutating func readString() throws(StorageError) -> String {
        String(decoding: try readOctets(), as: UTF8.self)
    }

    mutating func readOptionalString() throws(StorageError) -> String? {
        try readOctet() == 0 ? nil : try readString()
    }

    private static var truncated: StorageError { StorageError(.corrupt, "a log record ends too early") }
}
