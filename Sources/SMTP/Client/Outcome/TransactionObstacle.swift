/// What a message needs and the server lacks, found before MAIL: the caller converts the message, sends it by another
/// way, or gives it back.
package enum TransactionObstacle: Error, Hashable, Sendable {
    /// Addresses or header need SMTPUTF8 (RFC 6531 §3.2): for this server there is no other form.
    case needsSMTPUTF8
    /// The message has octets above 127, and the server takes 7 bits only: parts have to be encoded (RFC 6152 §3).
    case needsSevenBit
    /// The message is binary, and the server does not take BDAT with BINARYMIME: parts have to be encoded (RFC 3030 §3).
    case needsLines
    /// The message is larger than the server's SIZE (RFC 1870 §4).
    case messageTooLarge(limitOctets: Int)
    /// The message wants REQUIRETLS, and the connection has no TLS or the server does not promise it (RFC 8689 §4.2.1).
    case needsRequireTLS
    /// The message is to come back when it is late, and the server cannot promise that, or not in so short a time
    /// (RFC 2852 §4).
    case needsDeliverBy
}
