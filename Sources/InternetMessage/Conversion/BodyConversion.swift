package import MailCore

/// Makes a message fit for a peer that does not take what it is: without 8BITMIME (RFC 6152 §3) or BINARYMIME
/// (RFC 3030 §4.3).
///
/// Leaves are encoded, in messages within the message too; the labels of what is around them are set right. The content
/// that a reader sees stays the same to the octet. Signatures over the body, DKIM's too, do not survive: the message
/// is signed after it, or sent to such peers without.
package struct BodyConversion: Sendable {
    /// The widest content that the peer takes.
    package var widest: EnvelopeParameters.BodyType

    package init(widest: EnvelopeParameters.BodyType) {
        self.widest = widest
    }

    /// The edits; none when the message fits. What it throws is for a report with 5.6.3 (RFC 3463 §3.7).
    package func edits(
        of message: ParsedMessage, in octets: UnsafeRawBufferPointer
    ) throws(TransportObstacle) -> MessageEdits {
        var fitting = TransportFitting(
            message, in: Octets(octets, limit: MessageLimits.octetsMax), widest: widest, for: .relay)
        try fitting.fit()
        return fitting.finish()
    }

    /// The edits of a message.
    package func edits(of octets: [UInt8]) throws(TransportObstacle) -> MessageEdits {
        let result = octets.withUnsafeBytes { bytes -> Result<MessageEdits, TransportObstacle> in
            do throws(TransportObstacle) {
                return .success(try edits(of: ParsedMessage(parsing: bytes), in: bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
