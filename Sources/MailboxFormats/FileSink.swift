internal import Glibc

/// A file that is being written, with a buffer.
struct FileSink: ~Copyable {
    let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Makes the file; it must not be there. `-` is standard output.
    init(path: String) throws(MailFileError) {
        self.path = path
        descriptor = path == "-" ? dup(1) : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path: path) : .system(operation: "create", path: path, errno: errno)
        }
    }

    deinit { close(descriptor) }

    mutating func write(_ octets: some Sequence<UInt8>) throws(MailFileError) {
        buffer.append(contentsOf: octets)
        if buffer.count >= MailFileLimits.chunkOctets { try flush() }
    }

    mutating func flush() throws(MailFileError) {
        var start = 0
        while start < buffer.count {
            let count = buffer.withUnsafeBytes { octets in
                octets.baseAddress.map { Glibc.write(descriptor, $0 + start, octets.count - start) } ?? -1
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(operation: "write", path: path, errno: errno) }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Everything on disk; pipes have none.
    mutating func synchronize() throws(MailFileError) {
        try flush()
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP else {
            throw .system(operation: "fsync", path: path, errno: errno)
        }
    }

    /// Sets the time of the last change.
    func setTime(seconds: Int64) {
        var times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        _ = futimens(descriptor, &times)
    }
}

/// Turns CRLF into LF over any number of pieces; a lone CR stays.
struct LineFeedWriter {
    private var isReturnPending = false

    mutating func converted(_ octets: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        for octet in octets {
            if isReturnPending, octet != 0x0a { output.append(0x0d) }
            isReturnPending = octet == 0x0d
            if !isReturnPending { output.append(octet) }
        }
        return output
    }

    mutating func finish() -> [UInt8] {
        defer { isReturnPending = false }
        return isReturnPending ? [0x0d] : []
    }
}
