internal import Glibc

/// Hands out the lines of a file in order, long ones in pieces, with a buffer of bounded size.
struct LineSource: ~Copyable {
    /// A line or a piece of one.
    struct Piece {
        /// Without its line end.
        let octets: ArraySlice<UInt8>
        /// Where it begins in the file.
        let offset: Int64
        /// Whether it begins a line.
        let isStart: Bool
        /// Whether it ends one.
        let isEnd: Bool
    }

    let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var cursor = 0
    private var bufferOffset: Int64 = 0
    private var isAtEnd = false
    private var isLineStart = true

    /// Opens the file; `-` is standard input.
    init(path: String) throws(MailFileError) {
        self.path = path
        descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
    }

    deinit { close(descriptor) }

    /// How far reading has come, in octets.
    var offset: Int64 { bufferOffset + Int64(cursor) }

    /// The size of the file; nil for a pipe.
    var size: Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// The next piece without taking it; nil at the end.
    mutating func peek() throws(MailFileError) -> Piece? {
        while true {
            if let end = lineFeed() {
                var last = end
                if last > cursor, buffer[last - 1] == 0x0d { last -= 1 }
                return Piece(octets: buffer[cursor..<last], offset: offset, isStart: isLineStart, isEnd: true)
            }
            let count = buffer.count - cursor
            if isAtEnd {
                guard count > 0 else { return nil }
                return Piece(octets: buffer[cursor...], offset: offset, isStart: isLineStart, isEnd: true)
            }
            if count >= MailFileLimits.chunkOctets {
                // A CR at the edge may belong to a CRLF.
                let end = buffer[buffer.count - 1] == 0x0d ? buffer.count - 1 : buffer.count
                return Piece(octets: buffer[cursor..<end], offset: offset, isStart: isLineStart, isEnd: false)
            }
            try fill()
        }
    }

    /// Takes what `peek` showed.
    mutating func take(_ piece: Piece) {
        cursor = piece.octets.endIndex
        if piece.isEnd {
            if cursor < buffer.count, buffer[cursor] == 0x0d { cursor += 1 }
            if cursor < buffer.count, buffer[cursor] == 0x0a { cursor += 1 }
        }
        isLineStart = piece.isEnd
    }

    /// Octets at a place further on; fewer at the end of the file, nil when the file cannot be read out of order.
    func look(at offset: Int64, count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        let read = octets.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
        return read < 0 ? nil : Array(octets.prefix(read))
    }

    private func lineFeed() -> Int? {
        let start = cursor
        return buffer.withUnsafeBytes { octets -> Int? in
            guard let base = octets.baseAddress, start < octets.count else { return nil }
            guard let found = memchr(base + start, 0x0a, octets.count - start) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func fill() throws(MailFileError) {
        if cursor > 0 {
            buffer.removeFirst(cursor)
            bufferOffset += Int64(cursor)
            cursor = 0
        }
        let old = buffer.count
        let wanted = MailFileLimits.chunkOctets
        buffer.append(contentsOf: repeatElement(0, count: wanted))
        while true {
            let count = buffer.withUnsafeMutableBytes { octets in
                octets.baseAddress.map { read(descriptor, $0 + old, wanted) } ?? -1
            }
            if count < 0, errno == EINTR { continue }
            let number = errno
            buffer.removeLast(wanted - max(0, count))
            guard count >= 0 else { throw .system(operation: "read", path: path, errno: number) }
            isAtEnd = count == 0
            return
        }
    }
}
