package import MailCore
internal import NIOCore

/// A FETCH response that tells a message's flags, perhaps its UID, and nothing else, ready but for its numbers: of the
/// thousands of messages whose flags a client asks for, most have the same.
package struct FlagsResponse: Sendable {
    /// What stands before, between and behind the numbers.
    fileprivate let pieces: [[UInt8]]
    fileprivate let hasUID: Bool
    fileprivate let octetsMax: Int

    /// What may be told, each once.
    package enum Item: Sendable {
        case flags
        case uid
    }

    /// - Parameters:
    ///   - items: in their order.
    ///   - keywords: as the store keeps them, separated by single spaces.
    package init(
        _ items: [Item], _ flags: SystemFlags, keywords: [UInt8], _ recency: Recency, dialect: IMAPDialect
    ) {
        var writer = IMAPResponseWriter(dialect: dialect)
        // Each number is the digit 1; where it stands is remembered.
        var response = writer.beginFetch(SequenceNumber(rawValue: 1), UID(rawValue: 1))
        var numbers = ["* ".utf8.count]
        for item in items {
            switch item {
            case .flags:
                keywords.withUnsafeBytes { writer.fetchFlags(flags, keywords: $0, recency, &response) }
            case .uid:
                writer.fetchUID(UID(rawValue: 1), &response)
                numbers.append(writer.octetCount - 1)
            }
        }
        writer.endFetch(response)
        let octets = Array(writer.buffer.readableBytesView)
        let starts = [0] + numbers.map { $0 + 1 }
        let ends = numbers + [octets.count]
        pieces = zip(starts, ends).map { Array(octets[$0..<$1]) }
        hasUID = items.contains(.uid)
        octetsMax = octets.count + numbers.count * IMAPResponseWriter.digitsMax
    }
}

extension IMAPResponseWriter {
    /// `* 23 FETCH (UID 4827313 FLAGS (\Seen))`
    package mutating func fetch(_ message: SequenceNumber, _ uid: UID, _ response: FlagsResponse) {
        let number = dialect.namesByUID ? uid.rawValue : message.rawValue
        fill(response.octetsMax) { room in
            var end = Self.write(response.pieces[0], at: 0, of: room)
            end = Self.write(UInt64(number), at: end, of: room)
            end = Self.write(response.pieces[1], at: end, of: room)
            guard response.hasUID else { return end }
            end = Self.write(UInt64(uid.rawValue), at: end, of: room)
            return Self.write(response.pieces[2], at: end, of: room)
        }
    }

    private static func write(_ octets: [UInt8], at start: Int, of room: UnsafeMutableRawBufferPointer) -> Int {
        octets.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: $0) }
        return start + octets.count
    }
}
