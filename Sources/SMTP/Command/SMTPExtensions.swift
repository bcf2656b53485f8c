/// What can be switched off; the rest (PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES, LIMITS) costs nothing and is
/// always announced.
package struct SMTPExtensions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// CHUNKING and BINARYMIME (RFC 3030).
    package static let chunking = SMTPExtensions(rawValue: 1)
    /// SMTPUTF8 (RFC 6531).
    package static let smtpUTF8 = SMTPExtensions(rawValue: 2)
    /// DSN (RFC 3461).
    package static let dsn = SMTPExtensions(rawValue: 4)
    /// REQUIRETLS (RFC 8689), announced within TLS only; needs an outbound side that keeps the promise.
    package static let requireTLS = SMTPExtensions(rawValue: 8)
    /// AUTH (RFC 4954), announced where logins are taken (`LoginPolicy`).
    package static let auth = SMTPExtensions(rawValue: 16)

    /// DELIVERBY (RFC 2852); needs a queue that keeps the promise.
    package static let deliverBy = SMTPExtensions(rawValue: 32)
    /// FUTURERELEASE (RFC 4865); for submission alone, and it needs a queue that holds.
    package static let futureRelease = SMTPExtensions(rawValue: 64)

    /// What a server has without being asked.
    package static let standard: SMTPExtensions = [.chunking, .smtpUTF8, .dsn]
}
