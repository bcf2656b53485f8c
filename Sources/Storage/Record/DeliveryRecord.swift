public import MailCore

/// All that is needed to do one delivery again: it stands in the log before the message's octets.
public struct DeliveryRecord: Sendable, Hashable {
    /// The message.
    public var email: EmailID
    /// Its local copies.
    public var copies: [FiledCopy]
    /// Its way to others, if there is any left.
    public var queued: QueuedMessage?

    /// A record from its parts.
    public init(email: EmailID, copies: [FiledCopy], queued: QueuedMessage?) {
        self.email = email
        self.copies = copies
        self.queued = queued
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.write(email.rawValue)
        writer.write(count: copies.count)
        for copy in copies { copy.write(to: &writer) }
        writer.write(octet: queued == nil ? 0 : 1)
        queued?.write(to: &writer)
        return writer.octets
    }

    init(octets: [UInt8]) throws(StorageError) {
        var reader = OctetReader(octets)
        email = EmailID(rawValue: try reader.readInteger())
        copies = []
        for _ in 0..<(try reader.readCount()) { copies.append(try FiledCopy(from: &reader)) }
        queued = try reader.readOctet() == 0 ? nil : try QueuedMessage(from: &reader)
    }
}
