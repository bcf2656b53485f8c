/// One change to a message: octets that are replaced, taken out or put in. What no edit names stays as it is.
package struct MessageEdit: Sendable, Equatable {
    /// What stands in the place of the octets.
    package enum Content: Sendable, Equatable {
        /// These octets; none takes the old ones out.
        case octets([UInt8])
        /// The content that the octets encode, encoded anew; for bodies of any size, which are never held.
        case recoded(Recoding)
    }

    /// From one transfer encoding to another, the content being the same.
    package struct Recoding: Sendable, Equatable {
        package let source: ContentTransferEncoding
        package let target: Target

        /// The encodings that make anything fit for every transport (RFC 2045 §6.2).
        package enum Target: Sendable, Equatable {
            case quotedPrintable
            case base64

            package var encoding: ContentTransferEncoding { self == .base64 ? .base64 : .quotedPrintable }
        }
    }

    /// The octets of the original that go; an empty range puts something in before the octet there.
    package let range: ByteRange
    package let content: Content

    static func insert(_ octets: [UInt8], at position: Int) -> MessageEdit {
        MessageEdit(range: ByteRange(position, position), content: .octets(octets))
    }

    static func replace(_ range: ByteRange, by octets: [UInt8]) -> MessageEdit {
        MessageEdit(range: range, content: .octets(octets))
    }

    static func remove(_ range: ByteRange) -> MessageEdit {
        MessageEdit(range: range, content: .octets([]))
    }
}

extension MessageEdit: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String {
        let place = "\(range.lowerBound)..<\(range.upperBound)"
        switch content {
        case .octets(let octets): return "\(place) by \(octets.count) octets"
        case .recoded(let recoding): return "\(place) in \(recoding.target.encoding.rawValue)"
        }
    }
}
