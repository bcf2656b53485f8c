/// What a listener does about TLS.
package enum TLSMode: Hashable, Sendable {
    /// None: STARTTLS is not announced.
    case none
    /// STARTTLS is announced, and mail is taken without it too, as a public server has to (RFC 3207 §4).
    case startTLS
    /// STARTTLS is announced, and nothing else is done before it.
    case startTLSRequired
    /// TLS from the first octet (RFC 8314 §3.3).
    case implicit
}
