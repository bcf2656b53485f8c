public import NIOCore

/// A message's octets before they are in the log: in memory, or in a nameless file when there are many.
public struct MessageBody: Sendable {
    enum Place: Sendable {
        case memory(ByteBuffer)
        case file(File)
    }

    let place: Place
    /// How many octets there are.
    public let count: Int64
    let checksum: UInt32

    /// A message that is in memory already.
    public init(_ octets: ByteBuffer) {
        var checksum = Checksum()
        octets.withUnsafeReadableBytes { checksum.update($0) }
        place = .memory(octets)
        count = Int64(octets.readableBytes)
        self.checksum = checksum.value
    }

    init(place: Place, count: Int64, checksum: UInt32) {
        self.place = place
        self.count = count
        self.checksum = checksum
    }

    /// Lends all octets at once, from the file by mapping it. Blocks: not for an event loop.
    public func withUnsafeBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) throws -> T {
        switch place {
        case .memory(let octets): try octets.withUnsafeReadableBytes(body)
        case .file(let file): try file.withMappedBytes(count: Int(count), body)
        }
    }
}
