/// What the message's next hop can take.
package struct MessageWriteOptions: Sendable {
    package enum HeaderForm: Sendable {
        /// Encoded words (RFC 2047) and RFC 2231.
        case ascii
        /// Raw UTF-8 (RFC 6532), for SMTPUTF8.
        case utf8
    }

    package enum BodyForm: Sendable {
        case sevenBit
        /// 8-bit text stays as it is (8BITMIME, RFC 6152).
        case eightBit
    }

    package var headers: HeaderForm
    package var bodies: BodyForm

    package init(headers: HeaderForm = .ascii, bodies: BodyForm = .sevenBit) {
        self.headers = headers
        self.bodies = bodies
    }
}
