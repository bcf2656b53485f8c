public import MailCore

/// All that is needed to do one delivery again: it stands in the log before the message's octets.
public struct DeliveryRecord: Sendable, Hashable {
    /// The message.
    public var email: EmailID
    /// Its local copies.
    public var copies: [FiledCopy]
    /// Its way to others, if there is any left.
    public var queued: QueuedMessage?
    /// How it came here, as MailTrace writes it; empty when nothing is known.
    public var trace: [UInt8]
    /// Recipients of other messages that this one settles: a report ends what it reports.
    public var settles: [Settlement]
    /// Where it was fetched, if it was.
    public var retrieval: Retrieval?
    /// The copy in whose place it comes.
    public var replaced: ReplacedCopy?
    /// How many deliveries behind this one in the log came with it: all of them are kept or none (RFC 3502 §3).
    var followers = 0

    /// A record from its parts.
    public init(
        email: EmailID, copies: [FiledCopy], queued: QueuedMessage?, trace: [UInt8] = [], settles: [Settlement] = [],
        replaced: ReplacedCopy? = nil, retrieval: Retrieval? = nil
    ) {
        self.retrieval = retrieval
        self.email = email
        self.copies = copies
        self.queued = queued
        self.trace = trace
        self.settles = settles
        self.replaced = replaced
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.write(email.rawValue)
        writer.write(count: copies.count)
        for copy in copies { copy.write(to: &writer) }
        writer.write(octet: (queued == nil ? QueuedMessage.Layout.none : .numbered).rawValue)
        queued?.write(to: &writer)
        writer.write(octets: trace)
        writer.write(count: settles.count)
        for settlement in settles { settlement.write(to: &writer) }
        // Most records end here.
        guard followers > 0 || replaced != nil || retrieval != nil else { return writer.octets }
        writer.write(unsigned: UInt64(followers))
        writer.write(octet: (replaced == nil ? 0 : 1) | (retrieval == nil ? 0 : 2))
        replaced?.write(to: &writer)
        retrieval?.write(to: &writer)
        return writer.octets
    }

    init(octets: [UInt8]) throws(StorageError) {
        var reader = OctetReader(octets)
        email = EmailID(rawValue: try reader.readInteger())
        copies = []
        for _ in 0..<(try reader.readCount()) { copies.append(try FiledCopy(from: &reader)) }
        let layout = QueuedMessage.Layout(rawValue: try reader.readOctet())
        queued = layout == QueuedMessage.Layout.none ? nil : try QueuedMessage(from: &reader, layout)
        trace = []
        settles = []
        retrieval = nil
        // The first records had no more.
        guard !reader.isAtEnd else { return }
        trace = try reader.readOctets()
        for _ in 0..<(try reader.readCount()) { settles.append(try Settlement(from: &reader)) }
        guard !reader.isAtEnd else { return }
        followers = Int(clamping: try reader.readUnsigned())
        let parts = try reader.readOctet()
        if parts & 1 != 0 { replaced = try ReplacedCopy(from: &reader) }
        if parts & 2 != 0 { retrieval = try Retrieval(from: &reader) }
    }
}
