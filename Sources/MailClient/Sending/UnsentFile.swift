internal import Glibc
internal import InternetMessage
internal import NIOCore

/// A message on disk from the moment in which somebody wants it sent: whatever goes wrong, it is there.
package struct UnsentFile: Sendable {
    package let path: String
    package let octets: Int64

    /// Writes the message, and has it on disk.
    static func write(_ builder: MessageBuilder, in folder: String) throws(MailFailure) -> UnsentFile {
        try MailPaths.make(folder)
        var generator = SystemRandomNumberGenerator()
        let path =
            "\(folder)/\(builder.date.secondsSince1970)-\(UInt32.random(in: 0...UInt32.max, using: &generator)).eml"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var total: Int64 = 0
        do {
            try builder.write(using: &generator) { chunk in
                total += Int64(chunk.count)
                try chunk.withUnsafeBytes { try write($0, to: descriptor, path) }
            }
            guard fsync(descriptor) == 0 else { throw failure(path) }
        } catch {
            unlink(path)
            throw (error as? MailFailure) ?? MailFailure(.here, "the message can't be written: \(error)")
        }
        return UnsentFile(path: path, octets: total)
    }

    private static func write(_ octets: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
        var rest = octets
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static func failure(_ path: String) -> MailFailure {
        MailFailure(.here, "\(path) can't be written: \(String(cString: strerror(errno)))")
    }

    /// Its octets, piece by piece, from the start.
    func reader() throws(MailFailure) -> UnsentReader { try UnsentReader(path) }

    /// It has arrived where it is safe.
    func remove() { unlink(path) }
}

/// Reads an unsent message.
final class UnsentReader {
    private let descriptor: Int32
    private var piece = [UInt8](repeating: 0, count: 65_536)

    init(_ path: String) throws(MailFailure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MailFailure(.here, "\(path) can't be read") }
    }

    deinit { close(descriptor) }

    /// nil at the end.
    func next() throws -> ByteBuffer? {
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw MailFailure(.here, "an unsent message can't be read") }
            return count == 0 ? nil : ByteBuffer(bytes: piece[..<count])
        }
    }
}
