internal import CDeflate
internal import NIOCore
internal import Storage

/// Writes a zip archive (PKWARE's APPNOTE 6.3.3) as a stream: each file's header says its length and checksum, the
/// directory comes at the end. Without zip64: 65,535 files and 4 GiB at most, which its caller sees to.
struct ZipWriter {
    /// What is known of a file before its octets.
    struct Entry {
        let name: String
        let checksum: UInt32
        /// Octets as they are, and as they stand in the archive.
        let count: Int64
        let storedCount: Int64
        let method: Method
    }

    /// How the octets stand in the archive.
    enum Method: UInt16 {
        case stored = 0
        case deflated = 8
    }

    private var directory = ByteBuffer()
    private var entries = 0
    private var offset: Int64 = 0
    private let time: UInt32

    /// - Parameter seconds: the time of all files, since 1970.
    init(seconds: Int64) { time = Self.dosTime(seconds) }

    /// The header of the next file, whose octets follow.
    mutating func begin(_ entry: Entry) -> ByteBuffer {
        var header = ByteBuffer()
        header.writeInteger(0x0403_4b50, endianness: .little, as: UInt32.self)
        writeCommon(entry, into: &header)
        header.writeInteger(0, endianness: .little, as: UInt16.self)
        header.writeString(entry.name)
        directory.writeInteger(0x0201_4b50, endianness: .little, as: UInt32.self)
        directory.writeInteger(0x0314, endianness: .little, as: UInt16.self)
        writeCommon(entry, into: &directory)
        // Extra field, comment, disk, internal attributes.
        for _ in 0..<4 { directory.writeInteger(0, endianness: .little, as: UInt16.self) }
        // A plain file that its owner writes and all read.
        directory.writeInteger(0o100644 << 16, endianness: .little, as: UInt32.self)
        directory.writeInteger(UInt32(clamping: offset), endianness: .little)
        directory.writeString(entry.name)
        offset += Int64(header.readableBytes) + entry.storedCount
        entries += 1
        return header
    }

    /// From "version needed" to the length of the name; the extra field's length comes behind it.
    private func writeCommon(_ entry: Entry, into buffer: inout ByteBuffer) {
        buffer.writeInteger(20, endianness: .little, as: UInt16.self)
        // Names are UTF-8.
        buffer.writeInteger(0x0800, endianness: .little, as: UInt16.self)
        buffer.writeInteger(entry.method.rawValue, endianness: .little)
        buffer.writeInteger(time, endianness: .little)
        buffer.writeInteger(entry.checksum, endianness: .little)
        buffer.writeInteger(UInt32(clamping: entry.storedCount), endianness: .little)
        buffer.writeInteger(UInt32(clamping: entry.count), endianness: .little)
        buffer.writeInteger(UInt16(clamping: entry.name.utf8.count), endianness: .little)
    }

    /// The directory, with which the archive ends.
    func end() -> ByteBuffer {
        var end = directory
        end.writeInteger(0x0605_4b50, endianness: .little, as: UInt32.self)
        for _ in 0..<2 { end.writeInteger(0, endianness: .little, as: UInt16.self) }
        for _ in 0..<2 { end.writeInteger(UInt16(clamping: entries), endianness: .little) }
        end.writeInteger(UInt32(clamping: directory.readableBytes), endianness: .little)
        end.writeInteger(UInt32(clamping: offset), endianness: .little)
        end.writeInteger(0, endianness: .little, as: UInt16.self)
        return end
    }

    /// Octets deflated (RFC 1951); nil where that makes them no smaller.
    static func deflated(_ octets: [UInt8]) -> [UInt8]? {
        guard octets.count > 64, let compressor = libdeflate_alloc_compressor(6) else { return nil }
        defer { libdeflate_free_compressor(compressor) }
        let room = octets.count - 1
        let deflated = [UInt8](unsafeUninitializedCapacity: room) { output, count in
            count = libdeflate_deflate_compress(compressor, octets, octets.count, output.baseAddress, room)
        }
        return deflated.isEmpty ? nil : deflated
    }

    /// Date and time as MS-DOS has them, of UTC; those before 1980 are its first.
    private static func dosTime(_ seconds: Int64) -> UInt32 {
        let days = seconds / 86_400
        let time = seconds % 86_400
        // The civil calendar from days, by eras of 400 years that begin in March.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        guard (1980...2107).contains(year) else { return 0x0021_0000 }
        let date = UInt32((year - 1980) << 9 | month << 5 | day)
        return date << 16 | UInt32(time / 3600 << 11 | time / 60 % 60 << 5 | time % 60 / 2)
    }
}
