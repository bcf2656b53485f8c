import MailCore

@testable import InternetMessage

/// Whether every line and octet is one that the transport carries.
func isLawful(_ octets: [UInt8], _ body: EnvelopeParameters.BodyType) -> Bool {
    var census = ContentCensus(boundaryPrefix: "none")
    census.look(at: octets.span)
    census.finish()
    guard body != .binaryMIME else { return true }
    return !census.hasNUL && !census.hasBareLineEnd && census.lineLengthMax <= 998
        && (body == .eightBitMIME || census.eightBitCount == 0)
}

/// The decoded contents of all leaves, and their media types.
func contents(_ octets: [UInt8]) -> [[UInt8]] {
    let message = ParsedMessage(parsing: octets)
    return message.parts.indices.filter { message.parts[$0].kind == .leaf }.map { part in
        ContentDecoder.decoded(octets[message.parts[part].body.range], encoding: message.parts[part].encoding)
    }
}
