internal import CZlib

/// A stream of zlib with its memory, which does not move: zlib points back to it.
final class ZlibStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let end: (UnsafeMutablePointer<z_stream>) -> Int32

    /// For raw deflate.
    init(deflating level: Int32, windowBits: Int32, memoryLevel: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        end = deflateEnd
        let code = zlib_deflate_init(stream, level, -windowBits, memoryLevel)
        precondition(code == Z_OK, "zlib cannot deflate: \(code)")
    }

    /// For raw deflate with any window, going on behind `dictionary`.
    init(inflatingBehind dictionary: [UInt8]) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        end = inflateEnd
        var code = zlib_inflate_init(stream, -MAX_WBITS)
        if code == Z_OK && !dictionary.isEmpty {
            code = inflateSetDictionary(stream, dictionary, UInt32(dictionary.count))
        }
        precondition(code == Z_OK, "zlib cannot inflate: \(code)")
    }

    deinit {
        _ = end(stream)
        stream.deallocate()
    }

    /// Runs zlib once over `source`, into `room`.
    ///
    /// - Returns: what it used and what it wrote, and its verdict.
    func run(
        _ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer,
        _ call: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> (used: Int, written: Int, code: Int32) {
        let (sourceCount, roomCount) = (UInt32(clamping: source.count), UInt32(clamping: room.count))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.assumingMemoryBound(to: Bytef.self))
        stream.pointee.avail_in = sourceCount
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = roomCount
        let code = call(stream)
        let used = Int(sourceCount - stream.pointee.avail_in)
        let written = Int(roomCount - stream.pointee.avail_out)
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        return (used, written, code)
    }

    /// Whether inflating stands where a block begins, with no bits left over and more blocks to come (`data_type`).
    var isBetweenBlocks: Bool { stream.pointee.data_type == 128 }

    /// What inflating may still refer to: the end of what came out.
    var dictionary: [UInt8] {
        var count: UInt32 = 0
        guard inflateGetDictionary(stream, nil, &count) == Z_OK, count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(count)) { octets, initializedCount in
            _ = inflateGetDictionary(stream, octets.baseAddress, &count)
            initializedCount = Int(count)
        }
    }
}
